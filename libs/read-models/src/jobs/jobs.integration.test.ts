import { selfServiceInput } from '#domain';
import { ANNA, BEN, CARA, jobOutput, templateDefinition } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import {
  filledDatabase,
  idOf,
  jobOf,
  LOST,
  minute,
  OTHER_TEMPLATE,
  REFUSED,
  sampleHistory,
  SCHEDULE,
  TEMPLATE,
  walk,
  type FilledDatabase,
} from '../testing';
import { JobQueries, type JobFilter } from './job-queries';
import { MappingQueries } from './mapping-queries';

let database: TestDatabase;
let filled: FilledDatabase;
let jobs: JobQueries;
let mappings: MappingQueries;

const anna = { userId: ANNA, isAdmin: false };
const ben = { userId: BEN, isAdmin: false };
const cara = { userId: CARA, isAdmin: false };
const stranger = { userId: idOf('stranger'), isAdmin: false };
const admin = { userId: idOf('admin'), isAdmin: true };
const viewers = [anna, ben, cara, stranger, admin];

const RETRIED = idOf('retried job');
const TRUNCATED = idOf('truncated job');
const FAILED = idOf('failed job');
const CANCELLED = idOf('cancelled job');
const EXPIRED = idOf('expired job');
const WAITING = idOf('waiting job');

beforeAll(async () => {
  const history = sampleHistory();
  const request = jobOf('waiting job', {
    rerunOf: FAILED,
    origin: 'rerun',
    owner: idOf('other'),
    templateId: OTHER_TEMPLATE,
    scheduleId: null,
    input: selfServiceInput(
      { templateId: OTHER_TEMPLATE, templateName: 'As it was called then', definition: templateDefinition() },
      minute(30),
      'UTC',
    ),
  });
  history.add(`job-${WAITING}`, { type: 'JobRequested', request, at: minute(30) });
  history.add(`job-${WAITING}`, { type: 'JobStarted', jobId: WAITING, attempt: 1, worker: 'w', at: minute(31) });
  history.add(`job-${WAITING}`, {
    type: 'JobAttemptFailed',
    jobId: WAITING,
    attempt: 1,
    failure: REFUSED,
    retryAt: minute(33),
    retryBefore: null,
    worker: 'w',
    durationMs: 60_000,
    at: minute(32),
  });
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  jobs = new JobQueries(filled.pool);
  mappings = new MappingQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

const ids = async (filter: Partial<JobFilter>) =>
  (await jobs.list({ viewer: admin, limit: 100, ...filter })).items.map(({ jobRequestId }) => jobRequestId).toSorted();

it('shows a job with its input, output and attempts', async () => {
  const { input } = jobOf('retried job');
  expect(await jobs.get(anna, RETRIED)).toEqual({
    jobRequestId: RETRIED,
    batchTypeId: 4,
    status: 'completed',
    origin: 'schedule',
    userId: ANNA,
    templateId: TEMPLATE,
    templateName: null,
    templateRevision: 1,
    scheduleId: SCHEDULE,
    scheduleRevision: 0,
    rerunOf: null,
    backfillId: null,
    burst: null,
    nominalTime: minute(10),
    timeZone: 'UTC',
    priority: 'normal',
    startBefore: null,
    attempt: 3,
    maxAttempts: 3,
    requestedAt: minute(10),
    startedAt: minute(15),
    endedAt: minute(16),
    retryAt: null,
    failure: null,
    rowCount: 10,
    byteCount: 4096,
    outputExpiresAt: minute(30),
    outputExpiredAt: minute(31),
    cancelledBy: null,
    cancelReason: null,
    expiryReason: null,
    stalledAt: null,
    runningLongAt: null,
    droppedAt: null,
    droppedBy: null,
    dropReason: null,
    jobOutput: { ...jobOutput(), files: [expect.objectContaining({ bytes: 2048 }), expect.anything()] },
    revision: 9,
    updatedAt: minute(31),
    jobInput: input,
    attempts: [
      {
        attempt: 1,
        worker: 'worker-1',
        startedAt: minute(11),
        endedAt: minute(12),
        durationMs: 60_000,
        outcome: 'failed',
        lossCause: null,
        failure: REFUSED,
        retryAt: minute(13),
        runningLongAt: minute(12),
      },
      {
        attempt: 2,
        worker: 'worker-2',
        startedAt: minute(13),
        endedAt: minute(14),
        durationMs: 60_000,
        outcome: 'lost',
        lossCause: 'stuck',
        failure: null,
        retryAt: minute(14),
        runningLongAt: null,
      },
      {
        attempt: 3,
        worker: 'worker-3',
        startedAt: minute(15),
        endedAt: minute(16),
        durationMs: 60_000,
        outcome: 'completed',
        lossCause: null,
        failure: null,
        retryAt: null,
        runningLongAt: null,
      },
    ],
  });
});

it('shows how each job ended, or what it waits for', async () => {
  expect(await jobs.get(admin, TRUNCATED)).toMatchObject({
    status: 'completed_with_warnings',
    attempts: [{ outcome: 'completed' }],
  });
  expect(await jobs.get(admin, FAILED)).toMatchObject({
    status: 'failed',
    failure: LOST,
    endedAt: minute(12),
    droppedAt: minute(40),
    droppedBy: CARA,
    dropReason: 'nobody needs it now',
    attempts: [{ outcome: 'lost', lossCause: 'worker_lost', failure: LOST, retryAt: null }],
  });
  expect(await jobs.get(admin, CANCELLED)).toMatchObject({
    status: 'cancelled',
    templateId: null,
    cancelledBy: BEN,
    cancelReason: 'wrong one',
    attempts: [{ outcome: 'cancelled', endedAt: minute(12) }],
  });
  expect(await jobs.get(admin, EXPIRED)).toMatchObject({
    status: 'expired',
    expiryReason: 'deadline',
    attempt: 0,
    attempts: [],
  });
  expect(await jobs.get(admin, WAITING)).toMatchObject({
    status: 'retry_waiting',
    templateName: 'As it was called then',
    retryAt: minute(33),
    failure: REFUSED,
    endedAt: null,
  });
  expect(await jobs.get(admin, idOf('skipped occurrence'))).toBeNull();
});

it('shows a job to whose it is, to those who see its template and to administrators', async () => {
  const seen = await Promise.all(viewers.map((viewer) => ids({ viewer })));
  expect(seen).toEqual([
    [RETRIED, TRUNCATED, EXPIRED].toSorted(),
    [RETRIED, TRUNCATED, EXPIRED, CANCELLED].toSorted(),
    [FAILED, WAITING].toSorted(),
    [],
    [RETRIED, TRUNCATED, FAILED, CANCELLED, EXPIRED, WAITING].toSorted(),
  ]);
  const got = await Promise.all(viewers.map(async (viewer) => (await jobs.get(viewer, CANCELLED)) !== null));
  expect(got).toEqual([false, true, false, false, true]);
});

it('filters', async () => {
  expect(await ids({ status: 'failed' })).toEqual([FAILED]);
  expect(await ids({ status: ['failed', 'cancelled'] })).toEqual([FAILED, CANCELLED].toSorted());
  expect(await ids({ status: [] })).toEqual([]);
  expect(await ids({ templateId: OTHER_TEMPLATE })).toEqual([FAILED, WAITING].toSorted());
  expect(await ids({ scheduleId: SCHEDULE })).toEqual([RETRIED, EXPIRED].toSorted());
  expect(await ids({ batchTypeId: 1 })).toEqual([CANCELLED]);
  expect(await ids({ origin: 'run_now' })).toEqual([TRUNCATED]);
  expect(await ids({ rerunOf: FAILED })).toEqual([WAITING]);
  expect(await ids({ from: minute(30) })).toEqual([WAITING]);
  expect(await ids({ from: minute(10), to: minute(30) })).toHaveLength(5);
  expect(await ids({ to: minute(10) })).toEqual([]);
  expect(await ids({ templateId: 'no uuid' })).toEqual([]);
});

it('pages through everything once, the newest first', async () => {
  const whole = await walk((page) => jobs.list({ viewer: admin, ...page }), 100);
  const order = whole.map(({ requestedAt, jobRequestId }) => `${requestedAt} ${jobRequestId}`);
  expect(order).toEqual(order.toSorted().reverse());
  for (const limit of [1, 2, 5])
    expect(await walk((page) => jobs.list({ viewer: admin, ...page }), limit)).toEqual(whole);
});

it('pages through what a person sees, their own jobs and those of templates, as one list', async () => {
  for (const viewer of [anna, ben, cara]) {
    const whole = await walk((page) => jobs.list({ viewer, ...page }), 100);
    const order = whole.map(({ requestedAt, jobRequestId }) => `${requestedAt} ${jobRequestId}`);
    expect(order).toEqual(order.toSorted().reverse());
    expect(await walk((page) => jobs.list({ viewer, ...page }), 1)).toEqual(whole);
    const mapped = await walk((page) => mappings.list({ viewer, ...page }), 100);
    expect(await walk((page) => mappings.list({ viewer, ...page }), 1)).toEqual(mapped);
  }
  expect(await ids({ viewer: ben, status: 'cancelled' })).toEqual([CANCELLED]);
  expect(await ids({ viewer: ben, scheduleId: SCHEDULE, to: minute(11) })).toEqual([RETRIED, EXPIRED].toSorted());
});

it('maps templates to their jobs, for those who see the jobs', async () => {
  const mapped = await Promise.all(
    viewers.map(async (viewer) =>
      (await mappings.list({ viewer, limit: 100 })).items.map(({ jobRequestId }) => jobRequestId).toSorted(),
    ),
  );
  expect(mapped).toEqual([
    [RETRIED, TRUNCATED, EXPIRED].toSorted(),
    [RETRIED, TRUNCATED, EXPIRED].toSorted(),
    [FAILED, WAITING].toSorted(),
    [],
    [RETRIED, TRUNCATED, FAILED, EXPIRED, WAITING].toSorted(),
  ]);
});

it('filters and pages through mappings, the latest nominal time first', async () => {
  const expired = {
    templateId: TEMPLATE,
    jobRequestId: EXPIRED,
    scheduleDate: minute(20),
    scheduleId: SCHEDULE,
    createdAt: minute(10),
  };
  const list = async (filter: object) => (await mappings.list({ viewer: admin, limit: 10, ...filter })).items;
  expect(await list({ jobRequestId: EXPIRED })).toEqual([expired]);
  expect(await list({ from: minute(11), to: minute(21) })).toEqual([expired]);
  expect(await list({ to: minute(20), scheduleId: SCHEDULE })).toMatchObject([{ jobRequestId: RETRIED }]);
  expect(await list({ templateId: OTHER_TEMPLATE })).toHaveLength(2);
  const whole = await walk((page) => mappings.list({ viewer: admin, ...page }), 10);
  expect(whole[0]).toEqual(expired);
  expect(await walk((page) => mappings.list({ viewer: admin, ...page }), 2)).toEqual(whole);
});
