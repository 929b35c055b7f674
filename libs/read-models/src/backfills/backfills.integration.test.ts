import { streamOf, type JobEvent } from '#domain';
import { ANNA, BEN, CARA, jobOutput } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { AuditQueries } from '../audit/audit-queries';
import { JobQueries } from '../jobs/job-queries';
import {
  BACKFILL,
  CANCELLED_BACKFILL,
  filledDatabase,
  idOf,
  jobOf,
  LOST,
  REFUSED,
  minute,
  sampleHistory,
  SCHEDULE,
  TEMPLATE,
  walk,
  type FilledDatabase,
} from '../testing';
import { BackfillQueries } from './backfill-queries';

let database: TestDatabase;
let filled: FilledDatabase;
let queries: BackfillQueries;

const anna = { userId: ANNA, isAdmin: false };
const ben = { userId: BEN, isAdmin: false };
const cara = { userId: CARA, isAdmin: false };
const admin = { userId: idOf('admin'), isAdmin: true };

/** Jobs of the first backfill in every state that a job can be in. */
const ENDS: readonly (readonly [words: string, ...events: ((jobId: string) => JobEvent)[]])[] = [
  ['waits'],
  ['runs', started],
  [
    'tries again',
    started,
    (jobId) => ({
      ...{ type: 'JobAttemptFailed', jobId, attempt: 1, failure: REFUSED, retryAt: minute(60), at: minute(50) },
      ...{ worker: 'worker', durationMs: 60_000, retryBefore: null },
    }),
  ],
  ['completed', started, (jobId) => completed(jobId, false)],
  ['was truncated', started, (jobId) => completed(jobId, true)],
  [
    'failed',
    started,
    (jobId) => ({
      ...{ type: 'JobFailed', jobId, attempt: 1, failure: LOST, at: minute(50) },
      ...{ worker: 'worker', durationMs: 60_000 },
    }),
  ],
  ['was cancelled', (jobId) => ({ type: 'JobCancelled', jobId, by: ANNA, reason: null, at: minute(50) })],
  ['expired', (jobId) => ({ type: 'JobExpired', jobId, reason: 'template_archived', at: minute(50) })],
];

function started(jobId: string): JobEvent {
  return { type: 'JobStarted', jobId, attempt: 1, worker: 'worker', at: minute(49) };
}

function completed(jobId: string, truncated: boolean): JobEvent {
  const output = jobOutput({ truncated });
  return { type: 'JobCompleted', jobId, attempt: 1, output, outputExpiresAt: minute(90), at: minute(50) };
}

beforeAll(async () => {
  const history = sampleHistory();
  for (const [words, ...events] of ENDS) {
    const request = jobOf(words, { origin: 'backfill', backfillId: BACKFILL });
    const stream = streamOf('job', request.jobId);
    history.add(stream, { type: 'JobRequested', request, at: minute(48) });
    for (const event of events) history.add(stream, event(request.jobId));
  }
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  queries = new BackfillQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

it('shows a backfill as its events left it, and how far its jobs are', async () => {
  expect(await queries.get(anna, SCHEDULE, BACKFILL)).toEqual({
    backfillId: BACKFILL,
    scheduleId: SCHEDULE,
    scheduleRevision: 3,
    templateId: TEMPLATE,
    templateRevision: 1,
    owner: ANNA,
    from: minute(-60),
    to: minute(0),
    concurrency: 2,
    priority: 'low',
    note: 'for the auditors',
    status: 'completed',
    progress: { total: 3, requested: 8, running: 1, completed: 2, failed: 1, cancelled: 1, expired: 1 },
    cancelRunning: false,
    cancelCause: null,
    cancelledBy: null,
    startedBy: ANNA,
    startedAt: minute(32),
    endedAt: minute(33),
    revision: 1,
    updatedAt: minute(33),
  });
  expect(await queries.get(anna, SCHEDULE, CANCELLED_BACKFILL)).toMatchObject({
    status: 'cancelled',
    progress: { total: 1, requested: 0, running: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 },
    cancelRunning: true,
    cancelCause: 'by_hand',
    cancelledBy: ANNA,
    endedAt: minute(36),
    revision: 2,
  });
});

it('shows it to the owner of the schedule, to those who see the template and to administrators, below its schedule', async () => {
  for (const viewer of [anna, ben, admin]) {
    expect((await queries.get(viewer, SCHEDULE, BACKFILL))?.backfillId).toBe(BACKFILL);
    expect((await queries.list(viewer, SCHEDULE, { limit: 10 })).items).toHaveLength(2);
  }
  expect(await queries.get(cara, SCHEDULE, BACKFILL)).toBeNull();
  expect((await queries.list(cara, SCHEDULE, { limit: 10 })).items).toEqual([]);
  expect(await queries.get(admin, idOf('removed schedule'), BACKFILL)).toBeNull();
  expect(await queries.get(admin, SCHEDULE, 'no uuid')).toBeNull();
});

it('pages through a schedule’s backfills once, the newest first', async () => {
  const whole = await walk((page) => queries.list(anna, SCHEDULE, page), 1);
  expect(whole.map(({ backfillId }) => backfillId)).toEqual([CANCELLED_BACKFILL, BACKFILL]);
});

it('finds the jobs of a backfill', async () => {
  const jobs = new JobQueries(filled.pool);
  const found = await walk((page) => jobs.list({ viewer: ben, backfillId: BACKFILL, ...page }), 3);
  expect(found).toHaveLength(ENDS.length);
  expect(new Set(found.map(({ backfillId }) => backfillId))).toEqual(new Set([BACKFILL]));
  const none = await jobs.list({ viewer: ben, backfillId: CANCELLED_BACKFILL, limit: 10 });
  expect(none.items).toEqual([]);
  expect((await jobs.get(anna, idOf('retried job')))?.backfillId).toBeNull();
});

it('shows the audit trail of a backfill to those who see it', async () => {
  const audit = new AuditQueries(filled.pool);
  const seenBy = async (viewer: typeof anna) =>
    (await audit.list({ viewer, aggregateType: 'backfill', first: 'oldest', limit: 10 })).items;
  expect((await seenBy(ben)).map(({ eventType, before, after }) => [eventType, before, after])).toMatchObject([
    ['BackfillStarted', null, { status: 'active', total: 3 }],
    ['BackfillCompleted', { status: 'active' }, { status: 'completed' }],
    ['BackfillStarted', null, { status: 'active', total: 1 }],
    ['BackfillCancelled', { status: 'active' }, { status: 'cancelled' }],
    ['BackfillCancelled', { cancelRunning: false }, { cancelRunning: true }],
  ]);
  expect(await seenBy(cara)).toEqual([]);
});
