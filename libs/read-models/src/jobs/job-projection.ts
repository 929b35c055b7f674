import { lossOf, type JobEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { putRows, type Statement, type Table } from '../projection/table';
import { putSkippedOccurrences, type SkippedOccurrenceRow } from '../schedules/skipped-occurrences';
import { AttemptChanges, COMPLETED } from './job-attempts';
import { JOBS, requestedJob, type JobRow } from './job-row';

interface MappingRow {
  template_id: string;
  job_request_id: string;
  /** Whose job it is. */
  user_id: string;
  /** The nominal time of the occurrence, or when a person asked. */
  schedule_date: string;
  schedule_id: string | null;
  created_at: string;
}

const MAPPINGS: Table<MappingRow> = {
  name: 'template_job_mapping',
  key: ['template_id', 'job_request_id'],
  fixed: ['user_id', 'schedule_date', 'schedule_id', 'created_at'],
  changing: [],
  newer: 'false',
};

export const JOB_EVENTS: Readonly<Record<JobEvent['type'], true>> = {
  JobRequested: true,
  OccurrenceSkipped: true,
  JobStarted: true,
  JobCompleted: true,
  JobAttemptFailed: true,
  JobAttemptLost: true,
  JobFailed: true,
  JobCancelled: true,
  JobExpired: true,
  OutputExpired: true,
  JobStalled: true,
  JobRunningLong: true,
  JobDropped: true,
};

/** What a batch of job events does to job_request, job_attempt, template_job_mapping and skipped_occurrence. */
export function jobStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const gathered: Gathered = {
    jobs: new StreamRows<JobRow>(),
    attempts: new AttemptChanges(),
    mappings: [],
    skipped: [],
  };
  for (const event of events) gather(event, gathered);
  const { jobs, attempts, mappings, skipped } = gathered;
  return [
    ...jobs.statements(schema, JOBS),
    ...attempts.statements(schema),
    ...(mappings.length > 0 ? [putRows(schema, MAPPINGS, mappings)] : []),
    ...putSkippedOccurrences(schema, skipped),
  ];
}

interface Gathered {
  readonly jobs: StreamRows<JobRow>;
  readonly attempts: AttemptChanges;
  readonly mappings: MappingRow[];
  readonly skipped: SkippedOccurrenceRow[];
}

function gather(recorded: RecordedEvent, { jobs, attempts, mappings, skipped }: Gathered): void {
  const { revision } = recorded;
  const event = toDomainEvent<JobEvent>(recorded);
  const { at } = event;
  const change = (jobId: string, columns: Partial<JobRow>) => {
    // Whatever else comes ends the wait, or the run, that was too long.
    const present = { stalled_at: null, running_long_at: null };
    jobs.change(jobId, { job_request_id: jobId, revision, updated_at: at, ...present, ...columns });
  };
  switch (event.type) {
    case 'JobRequested': {
      const { jobId, owner, templateId, nominalTime, scheduleId } = event.request;
      jobs.make(jobId, requestedJob(event.request, revision, at));
      if (templateId === null) return;
      mappings.push({
        template_id: templateId,
        job_request_id: jobId,
        user_id: owner,
        schedule_date: nominalTime,
        schedule_id: scheduleId,
        created_at: at,
      });
      return;
    }
    case 'OccurrenceSkipped':
      skipped.push({
        event_id: recorded.id,
        schedule_id: event.scheduleId,
        from_time: event.nominalTime,
        to_time: event.nominalTime,
        occurrence_count: 1,
        reason: event.reason,
        skipped_at: at,
      });
      return;
    case 'JobStarted':
      change(event.jobId, {
        status: 'running',
        attempt: event.attempt,
        started_at: at,
        retry_at: null,
        failure: null,
      });
      attempts.begin(event.jobId, event.attempt, event.worker, at);
      return;
    case 'JobCompleted': {
      const { output } = event;
      change(event.jobId, {
        status: output.truncated || output.warnings.length > 0 ? 'completed_with_warnings' : 'completed',
        job_output: output,
        ended_at: at,
        row_count: output.rows,
        byte_count: output.files.reduce((sum, file) => sum + file.bytes, 0),
        output_expires_at: event.outputExpiresAt,
      });
      attempts.end(event, COMPLETED);
      return;
    }
    case 'JobAttemptFailed':
      change(event.jobId, { status: 'retry_waiting', retry_at: event.retryAt, failure: event.failure });
      attempts.end(event, { outcome: 'failed', loss_cause: null, failure: event.failure, retry_at: event.retryAt });
      return;
    case 'JobAttemptLost':
      change(event.jobId, { status: 'retry_waiting', retry_at: at });
      attempts.end(event, { outcome: 'lost', loss_cause: event.cause, failure: null, retry_at: at });
      return;
    case 'JobFailed': {
      const { failure } = event;
      change(event.jobId, { status: 'failed', ended_at: at, failure });
      const cause = lossOf(failure);
      attempts.end(event, { outcome: cause ? 'lost' : 'failed', loss_cause: cause, failure, retry_at: null });
      return;
    }
    case 'JobCancelled':
      change(event.jobId, {
        status: 'cancelled',
        ended_at: at,
        retry_at: null,
        cancelled_by: event.by,
        cancel_reason: event.reason,
      });
      attempts.cancel(event.jobId, at);
      return;
    case 'JobExpired':
      change(event.jobId, { status: 'expired', ended_at: at, retry_at: null, expiry_reason: event.reason });
      return;
    case 'OutputExpired':
      change(event.jobId, { output_expired_at: at });
      return;
    case 'JobStalled':
      change(event.jobId, { stalled_at: at });
      return;
    case 'JobRunningLong':
      change(event.jobId, { running_long_at: at });
      attempts.runsLong(event);
      return;
    case 'JobDropped':
      change(event.jobId, { dropped_at: at, dropped_by: event.by, drop_reason: event.reason });
      return;
  }
}
