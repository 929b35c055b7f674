import type { JobFailure, JobInput, JobOutput, JobRequest, JobStatus } from '#domain';
import { NEWER_REVISION, type Table } from '../projection/table';

export interface JobRow {
  job_request_id: string;
  batch_type_id: number;
  job_input: JobInput;
  job_output: JobOutput | null;
  status: JobStatus;
  origin: string;
  user_id: string;
  template_id: string | null;
  template_revision: number | null;
  schedule_id: string | null;
  schedule_revision: number | null;
  rerun_of: string | null;
  backfill_id: string | null;
  /** The row of which list it is of; null together. */
  burst_schedule_id: string | null;
  burst_list_job_id: string | null;
  burst_row: number | null;
  nominal_time: string;
  time_zone: string;
  priority: string;
  start_before: string | null;
  attempt: number;
  max_attempts: number;
  requested_at: string;
  started_at: string | null;
  ended_at: string | null;
  retry_at: string | null;
  failure: JobFailure | null;
  row_count: number | null;
  byte_count: number | null;
  output_expires_at: string | null;
  output_expired_at: string | null;
  cancelled_by: string | null;
  cancel_reason: string | null;
  expiry_reason: string | null;
  stalled_at: string | null;
  running_long_at: string | null;
  dropped_at: string | null;
  dropped_by: string | null;
  drop_reason: string | null;
  revision: number;
  updated_at: string;
}

export const JOBS: Table<JobRow> = {
  name: 'job_request',
  key: ['job_request_id'],
  fixed: [
    'batch_type_id',
    'job_input',
    'origin',
    'user_id',
    'template_id',
    'template_revision',
    'schedule_id',
    'schedule_revision',
    'rerun_of',
    'backfill_id',
    'burst_schedule_id',
    'burst_list_job_id',
    'burst_row',
    'nominal_time',
    'time_zone',
    'priority',
    'start_before',
    'max_attempts',
    'requested_at',
  ],
  changing: [
    'job_output',
    'status',
    'attempt',
    'started_at',
    'ended_at',
    'retry_at',
    'failure',
    'row_count',
    'byte_count',
    'output_expires_at',
    'output_expired_at',
    'cancelled_by',
    'cancel_reason',
    'expiry_reason',
    'stalled_at',
    'running_long_at',
    'dropped_at',
    'dropped_by',
    'drop_reason',
    'revision',
    'updated_at',
  ],
  newer: NEWER_REVISION,
};

/** The row of a job that was just requested. */
export function requestedJob(request: JobRequest, revision: number, at: string): JobRow {
  return {
    job_request_id: request.jobId,
    batch_type_id: request.batchTypeId,
    job_input: request.input,
    job_output: null,
    status: 'requested',
    origin: request.origin,
    user_id: request.owner,
    template_id: request.templateId,
    template_revision: request.templateRevision,
    schedule_id: request.scheduleId,
    schedule_revision: request.scheduleRevision,
    rerun_of: request.rerunOf,
    backfill_id: request.backfillId,
    burst_schedule_id: request.burst?.scheduleId ?? null,
    burst_list_job_id: request.burst?.listJobId ?? null,
    burst_row: request.burst?.row ?? null,
    nominal_time: request.nominalTime,
    time_zone: request.timeZone,
    priority: request.priority,
    start_before: request.startBefore,
    attempt: 0,
    max_attempts: request.maxAttempts,
    requested_at: at,
    started_at: null,
    ended_at: null,
    retry_at: null,
    failure: null,
    row_count: null,
    byte_count: null,
    output_expires_at: null,
    output_expired_at: null,
    cancelled_by: null,
    cancel_reason: null,
    expiry_reason: null,
    stalled_at: null,
    running_long_at: null,
    dropped_at: null,
    dropped_by: null,
    drop_reason: null,
    revision,
    updated_at: at,
  };
}
