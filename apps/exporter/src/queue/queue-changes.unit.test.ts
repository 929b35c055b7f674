import { jobFailure, type JobEvent } from '#domain';
import { JOB_ID, jobOutput, jobRequest, NOON, SCHEDULE_ID } from '#domain/testing';
import type { RecordedEvent } from '#event-sourcing';
import { changesOf } from './queue-changes';

const at = NOON;
const failure = jobFailure('data_source.unreachable', 'It does not answer.');
const requested: JobEvent = { type: 'JobRequested', request: jobRequest({ priority: 'high' }), at };
const started: JobEvent = { type: 'JobStarted', jobId: JOB_ID, attempt: 1, worker: 'w', at };
const retryAt = '2026-11-23T12:05:00.000Z';
const ended = { worker: 'w', durationMs: 0 };
const attemptFailed: JobEvent = {
  type: 'JobAttemptFailed',
  jobId: JOB_ID,
  attempt: 1,
  failure,
  retryAt,
  retryBefore: null,
  at,
  ...ended,
};
const completed: JobEvent = {
  type: 'JobCompleted',
  jobId: JOB_ID,
  attempt: 1,
  output: jobOutput(),
  outputExpiresAt: retryAt,
  at,
};
const cancelled: JobEvent = { type: 'JobCancelled', jobId: JOB_ID, by: 'somebody', reason: null, at };
const outputExpired: JobEvent = { type: 'OutputExpired', jobId: JOB_ID, at };

function changes(...events: readonly JobEvent[]) {
  return changesOf(
    events.map(({ type, ...data }, revision): RecordedEvent => {
      const metadata = {} as RecordedEvent['metadata'];
      const place = { streamId: `job-${JOB_ID}`, revision, position: BigInt(revision), recordedAt: new Date(NOON) };
      return { id: String(revision), type, data, metadata, ...place };
    }),
  );
}

const nothing = { queued: [], ended: [], cancelled: [], started: [], waiting: [], stored: [], expired: [] };

describe('what a batch of events changes in the queue', () => {
  it('notes the files of a job that completed, and none where they were withheld', () => {
    expect(changes(completed)).toMatchObject({ stored: [{ jobId: JOB_ID, attempt: 1, expiresAt: retryAt }] });
    const withheld: JobEvent = { ...completed, output: jobOutput({ withheld: 'no_rows' }) };
    expect(changes(withheld)).toEqual({ ...nothing, ended: [JOB_ID] });
  });

  it('queues a requested job, at the level of its priority', () => {
    const { queued } = changes(requested);
    expect(queued).toMatchObject([
      {
        jobId: JOB_ID,
        attempt: 0,
        worker: null,
        readyAt: new Date(NOON),
        level: 2,
        scheduleId: null,
        nominalTime: NOON,
        exclusive: false,
      },
    ]);
  });

  it('queues what catches up below all that is due, and not to be started before its time', () => {
    const request = jobRequest({ priority: 'high', catchUp: true, startAfter: retryAt });
    expect(changes({ ...requested, request }).queued).toMatchObject([{ level: -2, readyAt: new Date(retryAt) }]);
    const past = jobRequest({ startAfter: '2026-11-23T11:00:00.000Z' });
    expect(changes({ ...requested, request: past }).queued).toMatchObject([{ readyAt: new Date(NOON) }]);
  });

  it.each([
    ['schedule', SCHEDULE_ID],
    ['backfill', null],
    ['run_now', null],
  ] as const)('takes a job of origin %s for an occurrence or not', (origin, scheduleId) => {
    const request = jobRequest({ origin, scheduleId: SCHEDULE_ID });
    expect(changes({ ...requested, request }).queued).toMatchObject([{ scheduleId }]);
  });

  it('queues nothing that has ended within the batch, and notes its output', () => {
    const stored = [{ jobId: JOB_ID, attempt: 1, expiresAt: retryAt }];
    expect(changes(requested, started, completed)).toEqual({ ...nothing, stored });
    expect(changes(requested, started, completed, outputExpired)).toEqual(nothing);
    expect(changes(requested, cancelled)).toEqual(nothing);
  });

  it('queues a job as far as it has got', () => {
    expect(changes(requested, started).queued).toMatchObject([{ attempt: 1, worker: 'w' }]);
    expect(changes(requested, started, attemptFailed).queued).toMatchObject([
      { attempt: 1, worker: null, readyAt: new Date(retryAt) },
    ]);
  });

  it('tells the last that became of a job which was queued before', () => {
    expect(changes(started)).toEqual({
      ...nothing,
      started: [{ type: 'started', jobId: JOB_ID, attempt: 1, worker: 'w' }],
    });
    expect(changes(started, attemptFailed).waiting).toMatchObject([{ jobId: JOB_ID, readyAt: retryAt }]);
    expect(changes(started, cancelled)).toEqual({ ...nothing, cancelled: [JOB_ID] });
    expect(changes(started, completed)).toMatchObject({ ended: [JOB_ID], started: [] });
    expect(changes(outputExpired)).toEqual({ ...nothing, expired: [JOB_ID] });
  });
});
