import {
  backfillIdOf,
  dataSourceIdOf,
  jobFailure,
  streamOf,
  type DatasetDefinition,
  type JobOutput,
  type JobRequest,
  type ScheduleDefinition,
  type TemplateDefinition,
} from '#domain';
import {
  ANNA,
  BEN,
  CALENDAR_ID,
  calendarDefinition,
  CARA,
  FLIGHTS,
  jobOutput,
  jobRequest,
  mysqlSource,
  postgresSource,
  retryPolicy,
  SALES_ID,
  scheduleDefinition,
  templateDefinition,
} from '#domain/testing';
import { addBursts } from './burst-history';
import { addDeliveries } from './delivery-history';
import { History, idOf } from './history';

export const DATASET = idOf('dataset');
export const TEMPLATE = idOf('template');
export const OTHER_TEMPLATE = idOf('other template');
export const SCHEDULE = idOf('schedule');
export const BACKFILL = backfillIdOf(SCHEDULE, 0);
export const CANCELLED_BACKFILL = backfillIdOf(SCHEDULE, 1);

/** Minutes after noon. */
export function minute(minutes: number): string {
  return new Date(Date.UTC(2026, 10, 23, 12, minutes)).toISOString();
}

export const REFUSED = jobFailure('data_source.unreachable', 'The source does not answer.');
export const RETRY_POLICY = retryPolicy({ deadlineMinutes: 90 });
export const LOST = jobFailure('worker.lost', 'The worker vanished.');

export function jobOf(words: string, more: Partial<JobRequest> = {}): JobRequest {
  return jobRequest({
    jobId: idOf(words),
    batchTypeId: 4,
    origin: 'schedule',
    owner: ANNA,
    templateId: TEMPLATE,
    templateRevision: 1,
    scheduleId: SCHEDULE,
    scheduleRevision: 0,
    nominalTime: minute(10),
    ...more,
  });
}

const FILE: JobOutput['files'][number] = {
  name: 'flights.csv',
  key: 'jobs/1/1/flights.csv',
  format: 'csv',
  mediaType: 'text/csv',
  rows: 10,
  bytes: 2048,
  sha256: 'ab',
  sheets: [],
};

/** Every kind of event of every aggregate, on several streams. */
export function sampleHistory(): History {
  const history = new History();
  const definition: TemplateDefinition = templateDefinition({ datasetId: DATASET });
  const dataset: DatasetDefinition = FLIGHTS;
  const details = { name: 'Late flights', description: null, tags: ['ops', 'daily'] };
  const revised = { name: 'Late flights 100%', description: 'with_underscore', tags: ['ops'] };
  const schedule: ScheduleDefinition = scheduleDefinition();

  const datasets = streamOf('dataset', DATASET);
  history.add(datasets, {
    type: 'DatasetRegistered',
    datasetId: DATASET,
    definition: dataset,
    by: CARA,
    at: minute(0),
  });
  history.add(datasets, {
    type: 'DatasetRevised',
    datasetId: DATASET,
    definition: { ...dataset, name: 'All flights', description: 'since 2001' },
    at: minute(1),
  });
  history.add(datasets, { type: 'DatasetRefreshed', datasetId: DATASET, by: CARA, at: minute(2) });
  history.add(datasets, { type: 'DatasetRetired', datasetId: DATASET, at: minute(50) });

  const templates = streamOf('template', TEMPLATE);
  history.add(
    templates,
    {
      type: 'TemplateCreated',
      templateId: TEMPLATE,
      owner: ANNA,
      details,
      definition,
      copiedFrom: null,
      at: minute(2),
    },
    ANNA,
  );
  history.add(
    templates,
    {
      type: 'TemplateRevised',
      templateId: TEMPLATE,
      details: revised,
      definition,
      restoredRevision: null,
      by: ANNA,
      at: minute(3),
    },
    ANNA,
  );
  history.add(
    templates,
    { type: 'TemplateShared', templateId: TEMPLATE, with: BEN, level: 'view', by: ANNA, at: minute(4) },
    ANNA,
  );
  history.add(
    templates,
    { type: 'TemplateShared', templateId: TEMPLATE, with: CARA, level: 'run', by: ANNA, at: minute(4) },
    ANNA,
  );
  history.add(
    templates,
    { type: 'TemplateShared', templateId: TEMPLATE, with: BEN, level: 'edit', by: ANNA, at: minute(5) },
    ANNA,
  );
  history.add(templates, { type: 'TemplateUnshared', templateId: TEMPLATE, with: CARA, by: ANNA, at: minute(6) }, ANNA);
  history.add(templates, { type: 'TemplateArchived', templateId: TEMPLATE, by: ANNA, at: minute(7) }, ANNA);
  history.add(templates, { type: 'TemplateRestored', templateId: TEMPLATE, by: ANNA, at: minute(8) }, ANNA);

  const others = streamOf('template', OTHER_TEMPLATE);
  history.add(
    others,
    {
      type: 'TemplateCreated',
      templateId: OTHER_TEMPLATE,
      owner: BEN,
      details,
      definition,
      copiedFrom: TEMPLATE,
      at: minute(9),
    },
    BEN,
  );
  history.add(
    others,
    { type: 'TemplateShared', templateId: OTHER_TEMPLATE, with: CARA, level: 'view', by: BEN, at: minute(10) },
    BEN,
  );
  history.add(
    others,
    { type: 'TemplateTransferred', templateId: OTHER_TEMPLATE, from: BEN, to: CARA, by: BEN, at: minute(11) },
    BEN,
  );
  history.add(
    others,
    {
      type: 'TemplateRevised',
      templateId: OTHER_TEMPLATE,
      details: revised,
      definition,
      restoredRevision: 0,
      by: CARA,
      at: minute(12),
    },
    CARA,
  );

  const chosen = { type: 'RetryPolicyChosen', templateId: TEMPLATE, by: ANNA } as const;
  history.add(templates, { ...chosen, policy: RETRY_POLICY, at: minute(8) }, ANNA);

  const schedules = streamOf('schedule', SCHEDULE);
  history.add(
    schedules,
    {
      type: 'ScheduleDefined',
      scheduleId: SCHEDULE,
      templateId: TEMPLATE,
      owner: ANNA,
      definition: schedule,
      at: minute(9),
    },
    ANNA,
  );
  history.add(
    schedules,
    {
      type: 'SchedulePaused',
      scheduleId: SCHEDULE,
      note: 'holidays',
      until: null,
      cause: 'by_hand',
      by: ANNA,
      at: minute(20),
    },
    ANNA,
  );
  history.add(schedules, { type: 'ScheduleResumed', scheduleId: SCHEDULE, by: ANNA, at: minute(21) }, ANNA);
  history.add(
    schedules,
    {
      type: 'ScheduleRevised',
      scheduleId: SCHEDULE,
      definition: { ...schedule, name: 'Each hour', recurrence: { type: 'hourly', minute: 5 }, priority: 'high' },
      by: ANNA,
      at: minute(22),
    },
    ANNA,
  );
  history.add(schedules, {
    type: 'OccurrencesSkipped',
    scheduleId: SCHEDULE,
    from: minute(23),
    to: minute(40),
    count: 5,
    reason: 'missed',
    at: minute(41),
  });
  const removed = idOf('removed schedule');
  history.add(
    streamOf('schedule', removed),
    {
      type: 'ScheduleDefined',
      scheduleId: removed,
      templateId: OTHER_TEMPLATE,
      owner: CARA,
      definition: schedule,
      at: minute(13),
    },
    CARA,
  );
  history.add(
    streamOf('schedule', removed),
    { type: 'ScheduleRemoved', scheduleId: removed, by: CARA, at: minute(14) },
    CARA,
  );

  addJobs(history);
  addBackfills(history);
  addDataSource(history);
  addCircuit(history);
  addCalendars(history);
  addNotifications(history);
  addDeliveries(history);
  addBursts(history);
  return history;
}

function addDataSource(history: History): void {
  const sources = streamOf('datasource', SALES_ID);
  const registered = {
    type: 'DataSourceRegistered',
    dataSourceId: SALES_ID,
    name: 'sales',
    secretId: idOf('secret'),
    by: CARA,
  } as const;
  history.add(sources, { ...registered, definition: postgresSource(), at: minute(42) });
  history.add(sources, {
    type: 'DataSourceRevised',
    dataSourceId: SALES_ID,
    definition: postgresSource({ readReplica: { host: 'replica.example.org', port: 5433 }, maxConnections: 5 }),
    secretId: idOf('new secret'),
    by: CARA,
    at: minute(43),
  });
  history.add(sources, { type: 'DataSourceRetired', dataSourceId: SALES_ID, by: CARA, at: minute(43) });
  const file = {
    kind: 'file',
    description: 'Monthly',
    blackouts: [],
    postgres: null,
    mysql: null,
    file: { folder: 'monthly' },
  } as const;
  history.add(sources, { ...registered, definition: file, secretId: null, at: minute(44) });
  const dataSourceId = dataSourceIdOf('shop');
  const shop = { ...registered, dataSourceId, name: 'shop', definition: mysqlSource({ maxConnections: 3 }) };
  history.add(streamOf('datasource', dataSourceId), { ...shop, at: minute(44) });
}

/** One that opened twice, and was closed by a job's try. */
function addCircuit(history: History): void {
  const source = { dataSourceId: SALES_ID, dataSource: 'sales' };
  const stream = streamOf('circuit', SALES_ID);
  const opened = { type: 'CircuitOpened', ...source, code: 'data_source.unreachable' } as const;
  history.add(stream, { ...opened, failures: 5, openings: 1, until: minute(42), at: minute(41) });
  history.add(stream, { ...opened, failures: 6, openings: 2, until: minute(44), at: minute(42) });
  history.add(stream, { type: 'CircuitClosed', ...source, by: null, at: minute(44) });
}

function addCalendars(history: History): void {
  const calendars = streamOf('calendar', CALENDAR_ID);
  const definition = calendarDefinition({ source: { country: 'DE', region: 'BY', fromYear: 2026, toYear: 2026 } });
  history.add(calendars, {
    type: 'CalendarDefined',
    calendarId: CALENDAR_ID,
    definition,
    by: CARA,
    at: minute(41),
  });
  history.add(calendars, {
    type: 'CalendarRevised',
    calendarId: CALENDAR_ID,
    definition: { ...definition, name: 'Bavaria and Friday', description: 'Of the works council', weekend: [5, 6, 7] },
    by: ANNA,
    at: minute(42),
  });
  const removed = { calendarId: idOf('removed calendar'), by: CARA };
  const others = streamOf('calendar', removed.calendarId);
  history.add(others, { type: 'CalendarDefined', ...removed, definition: calendarDefinition(), at: minute(43) });
  history.add(others, { type: 'CalendarRemoved', ...removed, at: minute(44) });
}

/** Somebody is told of a failure, at the second attempt. */
function addNotifications(history: History): void {
  history.add(streamOf('preferences', ANNA), {
    type: 'NotificationPreferencesSet',
    userId: ANNA,
    preferences: {
      choices: [{ kind: 'completed', channel: 'email', timing: 'daily' }],
      timeZone: 'Europe/Berlin',
      dailyAt: '07:30',
      quietHours: { from: '22:00', to: '06:00' },
      failuresPassQuietHours: true,
      destinationId: idOf('destination'),
    },
    by: ANNA,
    at: minute(37),
  });
  const notificationId = idOf('notification');
  const contents = {
    notificationId,
    userId: ANNA,
    channel: 'email',
    destinationId: null,
    kinds: ['failed'],
    notices: 1,
    eventIds: [idOf('x')],
  } as const;
  const stream = streamOf('notification', notificationId);
  history.add(stream, {
    type: 'NotificationFailed',
    ...contents,
    attempt: 1,
    code: 'delivery.busy',
    message: 'The mail server has too much to do.',
    retryAt: minute(39),
    at: minute(38),
  });
  history.add(stream, {
    type: 'NotificationSent',
    ...contents,
    attempt: 2,
    answer: '250 queued',
    reference: `<${notificationId}@example.org>`,
    at: minute(39),
  });
}

/** One that has completed, and one that was cancelled twice. Their jobs stand elsewhere, or nowhere. */
function addBackfills(history: History): void {
  const start = (backfillId: string, occurrences: readonly string[], at: string) =>
    history.add(
      streamOf('backfill', backfillId),
      {
        type: 'BackfillStarted',
        backfillId,
        scheduleId: SCHEDULE,
        scheduleRevision: 3,
        templateId: TEMPLATE,
        templateRevision: 1,
        owner: ANNA,
        from: minute(-60),
        to: minute(0),
        timeZone: 'Europe/Berlin',
        occurrences,
        concurrency: 2,
        priority: 'low',
        note: 'for the auditors',
        by: ANNA,
        at,
      },
      ANNA,
    );
  start(BACKFILL, [minute(-60), minute(-30), minute(0)], minute(32));
  history.add(streamOf('backfill', BACKFILL), {
    type: 'BackfillCompleted',
    backfillId: BACKFILL,
    completed: 2,
    failed: 1,
    cancelled: 0,
    expired: 0,
    at: minute(33),
  });
  start(CANCELLED_BACKFILL, [minute(-60)], minute(34));
  const cancelled = { type: 'BackfillCancelled', backfillId: CANCELLED_BACKFILL, cause: 'by_hand', by: ANNA } as const;
  history.add(streamOf('backfill', CANCELLED_BACKFILL), { ...cancelled, cancelRunning: false, at: minute(35) }, ANNA);
  history.add(streamOf('backfill', CANCELLED_BACKFILL), { ...cancelled, cancelRunning: true, at: minute(36) }, ANNA);
}

function addJobs(history: History): void {
  const request = (words: string, more: Partial<JobRequest> = {}) => {
    const job = jobOf(words, more);
    history.add(streamOf('job', job.jobId), { type: 'JobRequested', request: job, at: minute(10) });
    return { jobId: job.jobId, stream: streamOf('job', job.jobId) };
  };
  const start = ({ jobId, stream }: ReturnType<typeof request>, attempt: number, at: number) =>
    history.add(stream, { type: 'JobStarted', jobId, attempt, worker: `worker-${attempt}`, at: minute(at) });

  const retried = request('retried job');
  const waited = { type: 'JobStalled', jobId: retried.jobId, attempt: 0, waitingSince: minute(10) } as const;
  history.add(retried.stream, { ...waited, at: minute(11) });
  start(retried, 1, 11);
  const long = { type: 'JobRunningLong', jobId: retried.jobId, attempt: 1, limitMs: 60_000, basis: 'history' } as const;
  history.add(retried.stream, { ...long, at: minute(12) });
  history.add(retried.stream, {
    type: 'JobAttemptFailed',
    jobId: retried.jobId,
    attempt: 1,
    failure: REFUSED,
    retryAt: minute(13),
    retryBefore: minute(40),
    worker: 'worker-1',
    durationMs: 60_000,
    at: minute(12),
  });
  start(retried, 2, 13);
  history.add(retried.stream, {
    type: 'JobAttemptLost',
    jobId: retried.jobId,
    attempt: 2,
    cause: 'stuck',
    retryBefore: null,
    worker: 'worker-2',
    durationMs: 60_000,
    at: minute(14),
  });
  start(retried, 3, 15);
  history.add(retried.stream, {
    type: 'JobCompleted',
    jobId: retried.jobId,
    attempt: 3,
    output: jobOutput({ files: [FILE, FILE] }),
    outputExpiresAt: minute(30),
    at: minute(16),
  });
  history.add(retried.stream, { type: 'OutputExpired', jobId: retried.jobId, at: minute(31) });

  const truncated = request('truncated job', {
    origin: 'run_now',
    scheduleId: null,
    scheduleRevision: null,
    owner: BEN,
  });
  start(truncated, 1, 11);
  history.add(truncated.stream, {
    type: 'JobCompleted',
    jobId: truncated.jobId,
    attempt: 1,
    output: jobOutput({ truncated: true }),
    outputExpiresAt: minute(30),
    at: minute(12),
  });

  const failed = request('failed job', { templateId: OTHER_TEMPLATE, scheduleId: null, owner: CARA });
  start(failed, 1, 11);
  history.add(failed.stream, {
    type: 'JobFailed',
    jobId: failed.jobId,
    attempt: 1,
    failure: LOST,
    worker: 'worker-1',
    durationMs: 60_000,
    at: minute(12),
  });
  const reason = 'nobody needs it now';
  history.add(failed.stream, { type: 'JobDropped', jobId: failed.jobId, by: CARA, reason, at: minute(40) });

  const cancelled = request('cancelled job', {
    batchTypeId: 1,
    origin: 'standard_export',
    templateId: null,
    scheduleId: null,
    owner: BEN,
  });
  start(cancelled, 1, 11);
  history.add(cancelled.stream, {
    type: 'JobCancelled',
    jobId: cancelled.jobId,
    by: BEN,
    reason: 'wrong one',
    at: minute(12),
  });

  const expired = request('expired job', { nominalTime: minute(20) });
  history.add(expired.stream, { type: 'JobExpired', jobId: expired.jobId, reason: 'deadline', at: minute(25) });

  const skipped = idOf('skipped occurrence');
  history.add(streamOf('job', skipped), {
    type: 'OccurrenceSkipped',
    jobId: skipped,
    scheduleId: SCHEDULE,
    nominalTime: minute(21),
    reason: 'template_archived',
    at: minute(22),
  });
}
