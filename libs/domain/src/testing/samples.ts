import type { CalendarDefinition } from '../calendars/calendar-messages';
import type { DataSourceDefinition, MySqlOptions, PostgresOptions } from '../data-sources/data-source-messages';
import type { DatasetDefinition, DatasetState } from '../datasets/dataset-messages';
import type { DatasetColumn, DataType } from '../reports/data-type';
import { PLAIN_REPORT, type ReportColumn, type TemplateDefinition } from '../reports/definition';
import { DEFAULT_CSV } from '../reports/output-options';
import type { JobOutput } from '../jobs/job-input';
import { PLAIN_REQUEST, type JobRequest } from '../jobs/job-messages';
import type { RetryPolicy } from '../jobs/retry-policy';
import { PLAIN_SCHEDULE, type ScheduleDefinition } from '../schedules/schedule-messages';

export const DATASET_ID = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d01';
export const TEMPLATE_ID = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d02';
export const SCHEDULE_ID = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d03';
export const JOB_ID = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d04';
export const CALENDAR_ID = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d05';
/** Of the data source `sales`. */
export const SALES_ID = '65086801-8ee8-5114-a1d9-5071fc51fc59';
export const ANNA = 'a0000000-0000-4000-8000-000000000001';
export const BEN = 'b0000000-0000-4000-8000-000000000002';
export const CARA = 'c0000000-0000-4000-8000-000000000003';
export const NOON = '2026-11-23T12:00:00.000Z';

export function datasetColumn(name: string, type: DataType, more: Partial<DatasetColumn> = {}): DatasetColumn {
  return { name, label: name, type, nullable: true, description: null, ...more };
}

/** One column of each type. */
export const FLIGHTS: DatasetDefinition = {
  name: 'Flights',
  description: null,
  dataSource: 'sample',
  relation: { schema: 'public', name: 'flights' },
  query: null,
  rowLimit: null,
  columns: [
    datasetColumn('origin', 'string'),
    datasetColumn('delay', 'integer'),
    datasetColumn('fare', 'decimal'),
    datasetColumn('diverted', 'boolean'),
    datasetColumn('day', 'date'),
    datasetColumn('gate_closes', 'time'),
    datasetColumn('departed_at', 'timestamp'),
    datasetColumn('id', 'uuid'),
    datasetColumn('details', 'json'),
    datasetColumn('revenue', 'currency'),
    datasetColumn('occupancy', 'percent'),
    datasetColumn('airborne', 'duration'),
    datasetColumn('stops', 'array'),
  ],
};

export const FLIGHTS_STATE: DatasetState = { status: 'active', datasetId: DATASET_ID, definition: FLIGHTS };

export function postgresSource(more: Partial<PostgresOptions> = {}): DataSourceDefinition {
  return {
    kind: 'postgres',
    description: null,
    blackouts: [],
    postgres: {
      host: 'db.example.org',
      port: 5432,
      database: 'sales',
      user: 'reader',
      tls: { mode: 'verify-full', ca: null },
      maxConnections: null,
      statementTimeoutSeconds: null,
      readReplica: null,
      ...more,
    },
    mysql: null,
    file: null,
  };
}

export function mysqlSource(more: Partial<MySqlOptions> = {}): DataSourceDefinition {
  return {
    kind: 'mysql',
    description: null,
    blackouts: [],
    postgres: null,
    mysql: {
      host: 'shop.example.org',
      port: 3306,
      database: 'shop',
      user: 'reader',
      tls: { mode: 'verify-full', ca: null },
      maxConnections: null,
      statementTimeoutSeconds: null,
      ...more,
    },
    file: null,
  };
}

export function reportColumn(
  column: string | null,
  dataType: DataType,
  more: Partial<ReportColumn> = {},
): ReportColumn {
  return { column, expression: null, header: column ?? 'Rows', dataType, format: null, aggregate: null, ...more };
}

export function templateDefinition(more: Partial<TemplateDefinition> = {}): TemplateDefinition {
  return {
    ...PLAIN_REPORT,
    datasetId: DATASET_ID,
    columns: [reportColumn('origin', 'string'), reportColumn('delay', 'integer')],
    filter: null,
    groupBy: null,
    sort: [],
    rowLimit: null,
    output: DEFAULT_CSV,
    ...more,
  };
}

export function scheduleDefinition(more: Partial<ScheduleDefinition> = {}): ScheduleDefinition {
  return {
    ...PLAIN_SCHEDULE,
    name: 'Every morning',
    recurrence: { type: 'daily', time: '07:30' },
    timeZone: 'Europe/Berlin',
    startsAt: null,
    endsAt: null,
    priority: 'normal',
    catchUpMinutes: 60,
    ...more,
  };
}

export function calendarDefinition(more: Partial<CalendarDefinition> = {}): CalendarDefinition {
  return {
    name: 'Bavaria',
    description: null,
    weekend: [6, 7],
    holidays: [
      { date: '2026-12-25', name: 'Christmas Day' },
      { date: '2026-12-26', name: "St Stephen's Day" },
    ],
    source: null,
    ...more,
  };
}

export function jobRequest(more: Partial<JobRequest> = {}): JobRequest {
  return {
    ...PLAIN_REQUEST,
    jobId: JOB_ID,
    batchTypeId: 1,
    origin: 'standard_export',
    owner: ANNA,
    templateId: null,
    templateRevision: null,
    scheduleId: null,
    scheduleRevision: null,
    rerunOf: null,
    nominalTime: NOON,
    timeZone: 'UTC',
    priority: 'normal',
    maxAttempts: 3,
    startBefore: null,
    input: {
      dynamicMapping: false,
      additionalConfig: { datasetId: DATASET_ID, output: DEFAULT_CSV, nominalTime: NOON, timeZone: 'UTC' },
    },
    ...more,
  };
}

/** Three attempts after what passes, half a minute apart, and one where a limit was met. */
export function retryPolicy(more: Partial<RetryPolicy> = {}): RetryPolicy {
  const rule = { firstDelaySeconds: 30, factor: 1, longestDelaySeconds: 30, jitter: 0 };
  return { transient: { ...rule, attempts: 3 }, limit: { ...rule, attempts: 1 }, deadlineMinutes: null, ...more };
}

export function jobOutput(more: Partial<JobOutput> = {}): JobOutput {
  return {
    files: [],
    rows: 10,
    truncated: false,
    warnings: [],
    timings: { planMs: 1, exportMs: 2, storeMs: 3 },
    withheld: null,
    contentSha256: null,
    ...more,
  };
}
