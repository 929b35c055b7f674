import { BEN, JOB_ID, jobOutput, jobRequest, NOON, retryPolicy, SCHEDULE_ID } from '../testing/samples';
import { given } from '../testing/scenario';
import { isEnded, job } from './job';
import { jobFailure, type JobFailure } from './failure-class';
import type { RetryPolicy } from './retry-policy';
import { JOB_STATUSES, type JobCommand, type JobEvent, type LossCause } from './job-messages';

const LATER = '2026-11-23T12:00:30.000Z';
const request: JobCommand = { type: 'RequestJob', request: jobRequest(), at: NOON };
const requested: JobEvent = { ...request, type: 'JobRequested' };
const single: JobEvent = { ...requested, request: jobRequest({ maxAttempts: 1 }) };
const skip: JobCommand = {
  type: 'SkipOccurrence',
  jobId: JOB_ID,
  scheduleId: SCHEDULE_ID,
  nominalTime: NOON,
  reason: 'missed',
  at: NOON,
};
const skipped: JobEvent = { ...skip, type: 'OccurrenceSkipped' };

const start = (attempt: number, worker = 'w1', at = NOON): JobCommand => ({
  type: 'StartJob',
  jobId: JOB_ID,
  attempt,
  worker,
  at,
});
const started = (attempt: number): JobEvent => ({ type: 'JobStarted', jobId: JOB_ID, attempt, worker: 'w1', at: NOON });
const outcome = { jobId: JOB_ID, output: jobOutput(), outputExpiresAt: '2026-12-23T12:00:00.000Z', at: NOON };
const complete = (attempt: number): JobCommand => ({ type: 'CompleteJob', attempt, ...outcome });
const completed = (attempt: number): JobEvent => ({ type: 'JobCompleted', attempt, ...outcome });
const busy = jobFailure('data_source.unreachable', 'The data source did not answer.');
const broken = jobFailure('template.invalid', 'A column is gone.');
const tooLarge = jobFailure('limit.rows', 'It has too many rows.');
const policy = retryPolicy();
const facts = { worker: 'w1', durationMs: 0 };
const fail = (attempt: number, failure: JobFailure = busy): JobCommand => ({
  type: 'FailAttempt',
  jobId: JOB_ID,
  attempt,
  failure,
  policy,
  chance: 0.5,
  at: NOON,
});
const attemptFailed = (attempt: number): JobEvent => ({
  type: 'JobAttemptFailed',
  jobId: JOB_ID,
  attempt,
  failure: busy,
  retryAt: LATER,
  retryBefore: null,
  ...facts,
  at: NOON,
});
const failed = (attempt: number, failure: JobFailure = busy): JobEvent => ({
  type: 'JobFailed',
  jobId: JOB_ID,
  attempt,
  failure,
  ...facts,
  at: NOON,
});
const lose = (attempt: number, cause: LossCause = 'worker_lost'): JobCommand => ({
  type: 'LoseAttempt',
  jobId: JOB_ID,
  attempt,
  cause,
  policy,
  at: NOON,
});
const lost = (attempt: number, cause: LossCause = 'worker_lost'): JobEvent => ({
  type: 'JobAttemptLost',
  jobId: JOB_ID,
  attempt,
  cause,
  retryBefore: null,
  ...facts,
  at: NOON,
});
const cancel: JobCommand = { type: 'CancelJob', jobId: JOB_ID, by: BEN, reason: 'wrong month', at: NOON };
const cancelled: JobEvent = { ...cancel, type: 'JobCancelled' };
const expire: JobCommand = { type: 'ExpireJob', jobId: JOB_ID, reason: 'deadline', at: NOON };
const expired: JobEvent = { ...expire, type: 'JobExpired' };
const expireOutput: JobCommand = { type: 'ExpireOutput', jobId: JOB_ID, at: NOON };
const outputExpired: JobEvent = { ...expireOutput, type: 'OutputExpired' };

const wait = (attempt: number) => ({ jobId: JOB_ID, attempt, waitingSince: NOON, at: LATER });
const reportStalled = (attempt: number): JobCommand => ({ type: 'ReportStalled', ...wait(attempt) });
const stalled = (attempt: number): JobEvent => ({ type: 'JobStalled', ...wait(attempt) });
const longRun = { jobId: JOB_ID, limitMs: 60_000, basis: 'history', at: LATER } as const;
const reportLong = (attempt: number): JobCommand => ({ type: 'ReportRunningLong', attempt, ...longRun });
const long = (attempt: number): JobEvent => ({ type: 'JobRunningLong', attempt, ...longRun });

const ends: readonly (readonly [string, readonly JobEvent[]])[] = [
  ['completed', [requested, started(1), completed(1)]],
  ['failed', [requested, started(1), failed(1, broken)]],
  ['cancelled', [requested, cancelled]],
  ['expired', [requested, expired]],
];

describe('requesting a job', () => {
  it('begins it', () => {
    given(job).when(request).then(requested);
    expect(given(job, requested).state).toEqual({
      status: 'requested',
      request: jobRequest(),
      attempt: 0,
      worker: null,
      startedAt: null,
      firstStartedAt: null,
      handedBack: 0,
      attemptOutcome: null,
      retryAt: null,
      retryBefore: null,
      stalledAfter: null,
      ranLong: null,
      output: null,
      outputExpired: false,
      deadLetter: null,
    });
  });
  it('changes nothing the second time, whatever came since', () => {
    given(job, requested).when(request).thenNothing();
    given(job, requested, started(1), completed(1)).when(request).thenNothing();
  });
  it('is refused for another request under the same id', () =>
    given(job, requested)
      .when({ ...request, request: jobRequest({ priority: 'urgent' }) })
      .refused('job.exists'));
  it('is refused when the occurrence was skipped', () => given(job, skipped).when(request).refused('job.exists'));
});

describe('skipping an occurrence', () => {
  it('takes the place of the job', () => {
    given(job).when(skip).then(skipped);
    expect(given(job, skipped).state).toEqual({ status: 'skipped' });
  });
  it('changes nothing the second time', () => given(job, skipped).when(skip).thenNothing());
  it('is refused when the job was requested', () => given(job, requested).when(skip).refused('job.exists'));
});

describe('starting an attempt', () => {
  it('begins the first', () => {
    given(job, requested).when(start(1)).then(started(1));
    expect(given(job, requested, started(1)).state).toMatchObject({ status: 'running', attempt: 1, worker: 'w1' });
  });
  it('begins the next once its time has come', () =>
    given(job, requested, started(1), attemptFailed(1))
      .when(start(2, 'w1', LATER))
      .then({ ...started(2), at: LATER }));
  it('begins the next at once when the last was lost', () =>
    given(job, requested, started(1), lost(1)).when(start(2)).then(started(2)));
  it('changes nothing for the worker that runs it', () =>
    given(job, requested, started(1)).when(start(1)).thenNothing());
  it('is refused while another worker runs it', () =>
    given(job, requested, started(1)).when(start(1, 'w2')).refused('job.already_running'));
  it('is refused for the next attempt while one runs', () =>
    given(job, requested, started(1)).when(start(2)).refused('job.already_running'));
  it.each([0, 2, 3])('is refused out of order (attempt %i of a new job)', (attempt) =>
    given(job, requested).when(start(attempt)).refused('job.attempt_out_of_order'),
  );
  it('is refused for an attempt that has failed', () =>
    given(job, requested, started(1), attemptFailed(1))
      .when(start(1, 'w1', LATER))
      .refused('job.attempt_out_of_order'));
  it('is refused before its time', () =>
    given(job, requested, started(1), attemptFailed(1))
      .when(start(2, 'w1', '2026-11-23T12:00:29.999Z'))
      .refused('job.not_due'));
  it.each(ends)('is refused when the job is %s', (_, history) =>
    given(job, ...history)
      .when(start(2))
      .refused('job.ended'),
  );
});

describe('completing a job', () => {
  it('keeps its output', () => {
    given(job, requested, started(1)).when(complete(1)).then(completed(1));
    expect(given(job, requested, started(1), completed(1)).state).toMatchObject({
      status: 'completed',
      output: jobOutput(),
      outputExpired: false,
      deadLetter: null,
    });
  });
  it.each([
    ['a limit cut it', jobOutput({ truncated: true })],
    ['it has warnings', jobOutput({ warnings: [{ code: 'w', message: 'careful' }] })],
  ])('is completed with warnings when %s', (_, output) => {
    const event: JobEvent = { type: 'JobCompleted', attempt: 1, ...outcome, output };
    expect(given(job, requested, started(1), event).state.status).toBe('completed_with_warnings');
  });
  it('changes nothing the second time', () =>
    given(job, requested, started(1), completed(1)).when(complete(1)).thenNothing());
  it('is refused to an attempt that was taken over', () => {
    given(job, requested, started(1), lost(1)).when(complete(1)).refused('job.attempt_superseded');
    given(job, requested, started(1), lost(1), started(2)).when(complete(1)).refused('job.attempt_superseded');
    given(job, requested, started(1), lost(1), started(2), completed(2))
      .when(complete(1))
      .refused('job.attempt_superseded');
  });
  it('is refused to an attempt that never began', () => {
    given(job, requested).when(complete(0)).refused('job.attempt_superseded');
    given(job, requested).when(complete(1)).refused('job.attempt_superseded');
    given(job, requested, started(1)).when(complete(2)).refused('job.attempt_superseded');
  });
  it('is refused after a failure or a cancellation', () => {
    given(job, requested, started(1), attemptFailed(1)).when(complete(1)).refused('job.attempt_superseded');
    given(job, requested, started(1), failed(1)).when(complete(1)).refused('job.ended');
    given(job, requested, started(1), cancelled).when(complete(1)).refused('job.ended');
  });
});

describe('failing an attempt', () => {
  it('waits and tries again after a transient failure', () => {
    given(job, requested, started(1)).when(fail(1)).then(attemptFailed(1));
    expect(given(job, requested, started(1), attemptFailed(1)).state).toMatchObject({
      status: 'retry_waiting',
      retryAt: LATER,
    });
  });
  it('ends the job after a permanent failure, and where a limit was met', () => {
    given(job, requested, started(1)).when(fail(1, broken)).then(failed(1, broken));
    given(job, requested, started(1)).when(fail(1, tooLarge)).then(failed(1, tooLarge));
    expect(given(job, requested, started(1), failed(1, broken)).state.status).toBe('failed');
  });
  it('ends the job with its last attempt', () => {
    given(job, single, started(1)).when(fail(1)).then(failed(1));
    given(job, requested, started(1), lost(1), started(2), lost(2), started(3)).when(fail(3)).then(failed(3));
  });
  it('changes nothing the second time', () => {
    given(job, requested, started(1), attemptFailed(1)).when(fail(1)).thenNothing();
    given(job, requested, started(1), failed(1)).when(fail(1)).thenNothing();
  });
  it('is refused to an attempt that was taken over', () => {
    given(job, requested, started(1), lost(1)).when(fail(1)).refused('job.attempt_superseded');
    given(job, requested, started(1), lost(1), started(2)).when(fail(1)).refused('job.attempt_superseded');
  });
  it('is refused after completion or cancellation', () => {
    given(job, requested, started(1), completed(1)).when(fail(1)).refused('job.ended');
    given(job, requested, started(1), cancelled).when(fail(1)).refused('job.ended');
  });
});

describe('losing an attempt', () => {
  it('lets another begin at once', () => {
    given(job, requested, started(1)).when(lose(1)).then(lost(1));
    expect(given(job, requested, started(1), lost(1)).state).toMatchObject({ status: 'retry_waiting', retryAt: NOON });
  });
  it.each([
    ['worker_lost', 'worker.lost'],
    ['stuck', 'worker.stuck'],
  ] as const)('ends the job with its last attempt, so that it does not go on for ever: %s', (cause, code) => {
    expect(given(job, single, started(1)).when(lose(1, cause)).decision).toMatchObject({
      accepted: true,
      events: [{ type: 'JobFailed', attempt: 1, failure: { code, class: 'transient' }, ...facts }],
    });
  });
  it('says why, and how long it took', () => {
    const later = { ...lose(1, 'stuck'), at: LATER };
    expect(given(job, requested, started(1)).when(later).decision).toMatchObject({
      events: [{ type: 'JobAttemptLost', cause: 'stuck', worker: 'w1', durationMs: 30_000, at: LATER }],
    });
    const earlier = { ...lose(1), at: '2026-11-23T11:59:59.000Z' };
    expect(given(job, requested, started(1)).when(earlier).decision).toMatchObject({ events: [{ durationMs: 0 }] });
  });
  it('changes nothing the second time', () => {
    given(job, requested, started(1), lost(1)).when(lose(1)).thenNothing();
    const lostForGood = failed(1, jobFailure('worker.lost', 'gone'));
    given(job, single, started(1), lostForGood).when(lose(1)).thenNothing();
    given(job, single, started(1), lostForGood).when(fail(1)).refused('job.ended');
  });
  it('is refused for an attempt that ended otherwise', () => {
    given(job, requested, started(1), attemptFailed(1)).when(lose(1)).refused('job.attempt_superseded');
    given(job, requested, started(1), completed(1)).when(lose(1)).refused('job.ended');
    given(job, requested, started(1), lost(1), started(2)).when(lose(1)).refused('job.attempt_superseded');
  });
});

describe('the retry policy', () => {
  const failing = (failure: JobFailure, more: Partial<RetryPolicy>, attempt = 1): JobCommand => ({
    ...{ type: 'FailAttempt', jobId: JOB_ID, attempt, failure, chance: 0.5, at: NOON },
    policy: retryPolicy(more),
  });
  const rule = { attempts: 5, firstDelaySeconds: 10, factor: 2, longestDelaySeconds: 60, jitter: 0.5 };

  it('says how long to wait, more each time, less a share that chance decides', () => {
    expect(given(job, requested, started(1)).when(failing(busy, { transient: rule })).decision).toMatchObject({
      events: [{ type: 'JobAttemptFailed', retryAt: '2026-11-23T12:00:07.500Z' }],
    });
    const second = given(job, requested, started(1), lost(1), started(2)).when(failing(busy, { transient: rule }, 2));
    expect(second.decision).toMatchObject({ events: [{ retryAt: '2026-11-23T12:00:15.000Z' }] });
  });
  it('may try again where a limit was met, but not what is permanent', () => {
    const more = { limit: rule };
    const again = given(job, requested, started(1)).when(failing(tooLarge, more));
    expect(again.decision).toMatchObject({ events: [{ type: 'JobAttemptFailed' }] });
    given(job, requested, started(1)).when(failing(broken, more)).then(failed(1, broken));
  });
  it('gives no class more attempts than its own, and none more than the request promised', () => {
    const more = { transient: { ...rule, attempts: 1 } };
    given(job, requested, started(1)).when(failing(busy, more)).then(failed(1));
    given(job, single, started(1))
      .when(failing(busy, { transient: rule }))
      .then(failed(1));
  });
  it('counts no attempt that was handed back', () => {
    const again = given(job, single, started(1), lost(1, 'handed_back'), started(2));
    again.when(lose(2, 'handed_back')).then(lost(2, 'handed_back'));
    expect(again.state).toMatchObject({ attempt: 2, handedBack: 1 });
    expect(again.when(fail(2)).decision).toMatchObject({ events: [{ type: 'JobFailed', attempt: 2 }] });
    const twice = given(
      job,
      { ...requested, request: jobRequest({ maxAttempts: 2 }) },
      started(1),
      lost(1, 'handed_back'),
    );
    expect(twice.state).toMatchObject({ status: 'retry_waiting' });
  });
  it('lets no attempt begin after its deadline, which counts from the first start', () => {
    const soon = retryPolicy({ deadlineMinutes: 1 });
    const waiting: JobEvent = { ...attemptFailed(1), retryBefore: '2026-11-23T12:01:00.000Z' } as JobEvent;
    given(job, requested, started(1))
      .when({ ...failing(busy, {}), policy: soon } as JobCommand)
      .then(waiting);
    const after = given(job, requested, started(1), waiting);
    after.when(start(2, 'w1', '2026-11-23T12:01:00.000Z')).then({ ...started(2), at: '2026-11-23T12:01:00.000Z' });
    after.when(start(2, 'w1', '2026-11-23T12:01:00.001Z')).refused('job.past_deadline');
    const late = { ...failing(busy, { deadlineMinutes: 1 }), at: '2026-11-23T12:00:31.000Z' } as JobCommand;
    expect(given(job, requested, started(1)).when(late).decision).toMatchObject({ events: [{ type: 'JobFailed' }] });
  });
});

describe('cancelling a job', () => {
  it.each([
    ['requested', [requested]],
    ['running', [requested, started(1)]],
    ['waiting', [requested, started(1), attemptFailed(1)]],
  ])('ends one that is %s', (_, history: readonly JobEvent[]) => {
    given(job, ...history)
      .when(cancel)
      .then(cancelled);
    expect(given(job, ...history, cancelled).state).toMatchObject({ status: 'cancelled', retryAt: null });
  });
  it('changes nothing the second time', () => given(job, requested, cancelled).when(cancel).thenNothing());
  it.each(ends.filter(([status]) => status !== 'cancelled'))('is refused when it is %s', (_, history) =>
    given(job, ...history)
      .when(cancel)
      .refused('job.ended'),
  );
});

describe('expiring a job', () => {
  it('ends one that waits', () => {
    given(job, requested).when(expire).then(expired);
    given(job, requested, started(1), attemptFailed(1)).when(expire).then(expired);
    expect(given(job, requested, expired).state.status).toBe('expired');
  });
  it('changes nothing the second time', () => given(job, requested, expired).when(expire).thenNothing());
  it('is refused while it runs', () => given(job, requested, started(1)).when(expire).refused('job.already_running'));
  it.each(ends.filter(([status]) => status !== 'expired'))('is refused when it is %s', (_, history) =>
    given(job, ...history)
      .when(expire)
      .refused('job.ended'),
  );
});

describe('expiring the output', () => {
  it('marks it gone and leaves the status', () => {
    given(job, requested, started(1), completed(1)).when(expireOutput).then(outputExpired);
    expect(given(job, requested, started(1), completed(1), outputExpired).state).toMatchObject({
      status: 'completed',
      outputExpired: true,
    });
  });
  it('changes nothing the second time', () =>
    given(job, requested, started(1), completed(1), outputExpired).when(expireOutput).thenNothing());
  it.each([
    ['runs', [requested, started(1)]],
    ['failed', [requested, started(1), failed(1)]],
    ['was cancelled', [requested, cancelled]],
  ])('is refused when the job %s', (_, history: readonly JobEvent[]) =>
    given(job, ...history)
      .when(expireOutput)
      .refused('job.no_output'),
  );
});

describe('reporting that a job waits or runs long', () => {
  it('tells once for each attempt that it waits for', () => {
    given(job, requested).when(reportStalled(0)).then(stalled(0));
    given(job, requested, stalled(0)).when(reportStalled(0)).thenNothing();
    given(job, requested, stalled(0), started(1), attemptFailed(1)).when(reportStalled(1)).then(stalled(1));
    expect(given(job, requested, stalled(0)).state).toMatchObject({ status: 'requested', stalledAfter: 0 });
  });
  it('tells once for each attempt that runs', () => {
    given(job, requested, started(1)).when(reportLong(1)).then(long(1));
    given(job, requested, started(1), long(1)).when(reportLong(1)).thenNothing();
    given(job, requested, started(1), long(1), lost(1), started(2)).when(reportLong(2)).then(long(2));
    given(job, requested, started(1), long(1)).when(complete(1)).then(completed(1));
  });
  it('is refused when it is no longer so', () => {
    given(job, requested, started(1)).when(reportStalled(0)).refused('job.already_running');
    given(job, requested, started(1), lost(1)).when(reportStalled(0)).refused('job.attempt_superseded');
    given(job, requested, started(1), lost(1)).when(reportLong(1)).refused('job.not_running');
    given(job, requested, started(1), lost(1), started(2)).when(reportLong(1)).refused('job.attempt_superseded');
  });
  it.each(ends)('is refused when the job is %s', (_, history) => {
    given(job, ...history)
      .when(reportStalled(0))
      .refused('job.ended');
    given(job, ...history)
      .when(reportLong(1))
      .refused('job.ended');
  });
});

describe('a job that does not exist', () => {
  const reports = [reportStalled(0), reportLong(1)];
  const commands = [start(1), complete(1), fail(1), lose(1), cancel, expire, expireOutput, ...reports];
  it.each(commands)('refuses $type', (command) => {
    given(job).when(command).refused('job.missing');
    given(job, skipped).when(command).refused('job.missing');
  });
  it('stays absent or skipped whatever else is told of it', () => {
    expect(given(job, started(1), cancelled).state).toEqual({ status: 'absent' });
    expect(given(job, skipped, started(1)).state).toEqual({ status: 'skipped' });
  });
});

it('knows which statuses are the end', () => {
  expect(JOB_STATUSES.filter(isEnded)).toEqual([
    'completed',
    'completed_with_warnings',
    'failed',
    'cancelled',
    'expired',
  ]);
});
