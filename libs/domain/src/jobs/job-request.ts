import { v5 } from 'uuid';
import type { BackfillId, DatasetId, Instant, JobId, ScheduleId, TemplateId, TimeZone, UserId } from '../identifiers';
import { millisecondsOf, toInstant } from '../instants';
import type { TemplateDefinition } from '../reports/definition';
import type { OutputOptions } from '../reports/output-options';
import { withChosenValues, withParameterValues, type ParameterValue } from '../reports/parameters';
import type { Priority } from '../schedules/schedule-messages';
import type { ExistingTemplate } from '../templates/template';
import {
  BATCH_TYPE_SELF_SERVICE,
  BATCH_TYPE_STANDARD_EXPORT,
  type BatchTypeId,
  type SelfServiceInput,
} from './job-input';
import { mostAttempts } from './retry-policy';
import { PLAIN_REQUEST, type BurstRow, type JobOrigin, type JobRequest } from './job-messages';

/** Fixed for good: an occurrence's job must have the same id whoever requests it, and after any upgrade. */
const OCCURRENCE_NAMESPACE = 'd4bb7ab1-41f9-41e2-8271-261eb52335b7';

/** The id of the job of a schedule's occurrence: uuidv5 (RFC 9562) of schedule and nominal time. */
export function occurrenceJobId(scheduleId: ScheduleId, nominalTime: Instant): JobId {
  return v5(`${scheduleId}@${toInstant(millisecondsOf(nominalTime))}`, OCCURRENCE_NAMESPACE);
}

interface RequestTerms {
  readonly jobId: JobId;
  readonly owner: UserId;
  readonly nominalTime: Instant;
  readonly timeZone: TimeZone;
  readonly priority: Priority;
  readonly maxAttempts: number;
  readonly startBefore: Instant | null;
  /** Default: see `PLAIN_REQUEST`. */
  readonly startAfter?: Instant | null;
  readonly catchUp?: boolean;
  readonly exclusive?: boolean;
  readonly backfillId?: BackfillId | null;
  readonly burst?: BurstRow | null;
}

export interface SelfServiceTerms extends RequestTerms {
  readonly origin: Exclude<JobOrigin, 'standard_export'>;
  readonly template: ExistingTemplate;
  /** Revision of the template's stream that `template` is the state of. */
  readonly templateRevision: number;
  /** Null for a run by hand. */
  readonly schedule: { readonly scheduleId: ScheduleId; readonly revision: number } | null;
  readonly rerunOf: JobId | null;
  /** What the run chose, as `chooseParameters` gives it; the other parameters have their defaults. */
  readonly parameters: readonly ParameterValue[];
}

/**
 * The request for a report of a template, with all of the definition that the export will need. Where the template has a retry
 * policy of its own, that says how many attempts there are.
 */
export function selfServiceRequest(terms: SelfServiceTerms): JobRequest {
  const { template, templateRevision, schedule, parameters, ...request } = terms;
  return {
    ...PLAIN_REQUEST,
    ...request,
    maxAttempts: template.retryPolicy === null ? terms.maxAttempts : mostAttempts(template.retryPolicy),
    batchTypeId: BATCH_TYPE_SELF_SERVICE,
    templateId: template.templateId,
    templateRevision,
    scheduleId: schedule?.scheduleId ?? null,
    scheduleRevision: schedule?.revision ?? null,
    input: selfServiceInput(
      { templateId: template.templateId, templateName: template.details.name, definition: template.definition },
      terms.nominalTime,
      terms.timeZone,
      parameters,
    ),
  };
}

/**
 * A job's input from a template's definition. The chosen values, and the defaults of the other parameters, stand in the filter
 * too, so that the job needs nothing but its input.
 */
export function selfServiceInput(
  template: { readonly templateId: TemplateId; readonly templateName: string; readonly definition: TemplateDefinition },
  nominalTime: Instant,
  timeZone: TimeZone,
  chosen: readonly ParameterValue[] = [],
): SelfServiceInput {
  const { columns, parameters: declared, filter, ...config } = template.definition;
  const parameters = withChosenValues(declared, chosen);
  return {
    templateId: template.templateId,
    dynamicMapping: true,
    dynamicColumns: columns.map(({ column, ...rest }) => ({ columnName: column, ...rest })),
    additionalConfig: {
      ...config,
      filter: filter && withParameterValues(filter, parameters),
      templateName: template.templateName,
      parameters: parameters.map(({ name, label, dataType, defaultValue }) => ({
        name,
        label,
        dataType,
        value: defaultValue,
      })),
      nominalTime,
      timeZone,
    },
  };
}

/** The definition that a job's input was made from, to be validated once more when it runs. */
export function templateFromInput(input: SelfServiceInput): TemplateDefinition {
  const {
    datasetId,
    filter,
    groupBy,
    sort,
    rowLimit,
    output,
    locale,
    parameters,
    layout,
    limits,
    splitBy,
    fileName,
    deliver,
  } = input.additionalConfig;
  return {
    ...{ datasetId, filter, groupBy, sort, rowLimit, output, locale, layout, limits, splitBy, fileName, deliver },
    columns: input.dynamicColumns.map(({ columnName, ...rest }) => ({ column: columnName, ...rest })),
    parameters: parameters.map(({ value, ...rest }) => ({ ...rest, defaultValue: value })),
  };
}

export interface StandardExportTerms extends RequestTerms {
  /** Default: the standard export; another kind of job over a whole dataset is asked for in the same way. */
  readonly batchTypeId?: BatchTypeId;
  readonly datasetId: DatasetId;
  readonly output: OutputOptions;
  readonly rerunOf: JobId | null;
}

/** The request for a whole dataset with its declared columns. */
export function standardExportRequest(terms: StandardExportTerms): JobRequest {
  const { datasetId, output, batchTypeId = BATCH_TYPE_STANDARD_EXPORT, ...request } = terms;
  const { nominalTime, timeZone } = request;
  return {
    ...PLAIN_REQUEST,
    ...request,
    batchTypeId,
    origin: 'standard_export',
    templateId: null,
    templateRevision: null,
    scheduleId: null,
    scheduleRevision: null,
    input: { dynamicMapping: false, additionalConfig: { datasetId, output, nominalTime, timeZone } },
  };
}
