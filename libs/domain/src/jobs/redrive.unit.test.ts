import { BEN, JOB_ID, jobOutput, jobRequest, NOON, retryPolicy, SCHEDULE_ID } from '../testing/samples';
import { given } from '../testing/scenario';
import { job, type ExistingJob } from './job';
import { jobFailure, type JobFailure } from './failure-class';
import type { JobCommand, JobEvent } from './job-messages';
import { redriveJobId, redriveObstacle, repeatedRequest } from './redrive';

const busy = jobFailure('data_source.unreachable', 'It does not answer.');
const broken = jobFailure('template.invalid', 'A column is gone.');
const requested: JobEvent = { type: 'JobRequested', request: jobRequest({ maxAttempts: 1 }), at: NOON };
const started: JobEvent = { type: 'JobStarted', jobId: JOB_ID, attempt: 1, worker: 'w1', at: NOON };
const failed = (failure: JobFailure): JobEvent => ({
  ...{ type: 'JobFailed', jobId: JOB_ID, attempt: 1, failure, at: NOON },
  ...{ worker: 'w1', durationMs: 0 },
});
const drop: JobCommand = { type: 'DropJob', jobId: JOB_ID, by: BEN, reason: 'The month is closed.', at: NOON };
const dropped: JobEvent = { ...drop, type: 'JobDropped' };

describe('a dead letter', () => {
  it('is a job whose attempts ran out, whatever they ended of', () => {
    const loss = { cause: 'worker_lost', policy: retryPolicy() } as const;
    const lose: JobCommand = { type: 'LoseAttempt', jobId: JOB_ID, attempt: 1, ...loss, at: NOON };
    const { decision } = given(job, requested, started).when(lose);
    const events = decision.accepted ? decision.events : [];
    expect(given(job, requested, started, ...events).state).toMatchObject({ status: 'failed', deadLetter: 'waiting' });
    expect(given(job, requested, started, failed(busy)).state).toMatchObject({ deadLetter: 'waiting' });
  });
  it('is a job whose time ran out in which it might be tried again, but none that had not begun by its deadline', () => {
    const attempt = { jobId: JOB_ID, attempt: 1, worker: 'w1', durationMs: 0, at: NOON } as const;
    const again: JobEvent = { ...attempt, type: 'JobAttemptFailed', failure: busy, retryAt: NOON, retryBefore: NOON };
    const expired = { type: 'JobExpired', jobId: JOB_ID, at: NOON } as const;
    const late = given(job, requested, started, again, { ...expired, reason: 'retry_deadline' });
    expect(late.state).toMatchObject({ status: 'expired', deadLetter: 'waiting' });
    late.when(drop).then(dropped);
    const tooLate = given(job, requested, { ...expired, reason: 'deadline' });
    expect(tooLate.state).toMatchObject({ deadLetter: null });
    tooLate.when(drop).refused('job.no_dead_letter');
  });
  it('is no job that would fail again', () => {
    expect(given(job, requested, started, failed(broken)).state).toMatchObject({ deadLetter: null });
    given(job, requested, started, failed(broken)).when(drop).refused('job.no_dead_letter');
    given(job, requested, started).when(drop).refused('job.no_dead_letter');
    given(job).when(drop).refused('job.missing');
  });
  it('is dropped once, and stays failed', () => {
    given(job, requested, started, failed(busy)).when(drop).then(dropped);
    const after = given(job, requested, started, failed(busy), dropped);
    after.when({ ...drop, reason: 'Again.' }).thenNothing();
    expect(after.state).toMatchObject({ status: 'failed', deadLetter: 'dropped' });
  });
});

describe('a redrive', () => {
  const stateOf = (...events: readonly JobEvent[]) => given(job, requested, ...events).state as ExistingJob;

  it('is of jobs that ended without a result and were not given up', () => {
    expect(redriveObstacle(stateOf(started, failed(busy)))).toBeNull();
    expect(redriveObstacle(stateOf(started, failed(broken)))).toBeNull();
    expect(redriveObstacle(stateOf({ type: 'JobExpired', jobId: JOB_ID, reason: 'deadline', at: NOON }))).toBeNull();
    expect(
      redriveObstacle(stateOf({ type: 'JobCancelled', jobId: JOB_ID, by: BEN, reason: null, at: NOON })),
    ).toBeNull();
    expect(redriveObstacle(stateOf())).toBe('open');
    expect(redriveObstacle(stateOf(started))).toBe('open');
    expect(
      redriveObstacle(
        stateOf(started, {
          ...{ type: 'JobCompleted', jobId: JOB_ID, attempt: 1, output: jobOutput() },
          ...{ outputExpiresAt: NOON, at: NOON },
        }),
      ),
    ).toBe('completed');
    expect(redriveObstacle(stateOf(started, failed(busy), dropped))).toBe('dropped');
  });
  it('makes one job of another, for good', () => {
    expect(redriveJobId(JOB_ID)).toBe('28ef22be-3da2-5b6b-ace7-0254de41299e');
    expect(redriveJobId(SCHEDULE_ID)).not.toBe(redriveJobId(JOB_ID));
  });
  it('repeats the request with its nominal time, apart from its schedule and its deadline', () => {
    const previous = jobRequest({
      ...{ scheduleId: SCHEDULE_ID, scheduleRevision: 3, startBefore: NOON, startAfter: NOON, exclusive: true },
      ...{ origin: 'schedule', backfillId: SCHEDULE_ID, nominalTime: '2026-11-01T07:30:00.000Z' },
    });
    const jobId = redriveJobId(JOB_ID);
    const terms = { jobId, origin: 'retry', owner: BEN, priority: 'high', maxAttempts: 5, catchUp: true } as const;
    expect(repeatedRequest(previous, terms)).toEqual(
      jobRequest({ ...terms, rerunOf: JOB_ID, nominalTime: previous.nominalTime }),
    );
  });
});
