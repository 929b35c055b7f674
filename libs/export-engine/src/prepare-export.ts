import type { DataSource } from '#data-sources';
import {
  validateDefinition,
  type BatchTypeId,
  type DatasetDefinition,
  type DatasetState,
  type JobInput,
} from '#domain';
import { DEFAULT_BATCH_TYPES, type BatchTypes } from './batch-types';
import { ExportFailure, invalidTemplate } from './export-failure';
import type { DataSourceCatalogue, ExportLimits } from './export-request';
import { liveProblems } from './live-problems';
import { planExport } from './plan/plan-export';
import type { ExportPlan } from './plan/export-plan';

export interface Preparation {
  readonly batchTypeId: BatchTypeId;
  /** Default: the product's own. */
  readonly batchTypes?: BatchTypes | undefined;
  readonly input: JobInput;
  readonly dataset: DatasetState;
  readonly dataSources: DataSourceCatalogue;
  readonly signal: AbortSignal;
  readonly limits: ExportLimits;
}

/** Validates an input against the dataset and against the data source as they are now, then plans it. */
export async function prepareExport(
  preparation: Preparation,
): Promise<{ readonly plan: ExportPlan; readonly source: DataSource }> {
  const { batchTypeId, batchTypes = DEFAULT_BATCH_TYPES, input, dataset: state, signal } = preparation;
  const dataset = state.status === 'absent' ? ABSENT : state.definition;
  const report = batchTypes.of(batchTypeId).report(input, dataset);
  const { definition } = report;
  const problems = validateDefinition(definition, state);
  if (problems.length > 0) throw invalidTemplate(problems);
  const source = await preparation.dataSources.get(dataset.dataSource);
  if (!source) {
    const message = `The data source "${dataset.dataSource}" of the dataset "${dataset.name}" does not exist, or was retired.`;
    throw new ExportFailure('data_source.unknown', message, false);
  }
  const live = await source.introspect(dataset.relation, { signal });
  const gone = liveProblems(definition, dataset, live);
  if (gone.length > 0) throw invalidTemplate(gone);
  return { plan: planExport({ report, input, dataset, limits: preparation.limits, live: live ?? [] }), source };
}

/** Stands in so that an input can be examined for the rest. */
const ABSENT: DatasetDefinition = {
  name: '',
  description: null,
  dataSource: '',
  relation: { schema: '', name: '' },
  columns: [],
  rowLimit: null,
};
