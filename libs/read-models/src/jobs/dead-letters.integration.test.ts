import { jobFailure, selfServiceInput, type JobFailure, type JobRequest } from '#domain';
import { ANNA, BEN, FLIGHTS, templateDefinition } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import {
  DATASET,
  filledDatabase,
  History,
  idOf,
  jobOf,
  LOST,
  minute,
  OTHER_TEMPLATE,
  REFUSED,
  SCHEDULE,
  TEMPLATE,
  walk,
  type FilledDatabase,
} from '../testing';
import { DeadLetterQueries, type FailedJobFilter } from './dead-letter-queries';

const BROKEN = jobFailure('template.invalid', 'A column is gone.');
const anna = { userId: ANNA, isAdmin: false };
const admin = { userId: idOf('admin'), isAdmin: true };

let database: TestDatabase;
let filled: FilledDatabase;
let queries: DeadLetterQueries;

/** A job of Anna's that failed at the minute. */
function failed(history: History, words: string, at: number, failure: JobFailure, more: Partial<JobRequest> = {}) {
  const request = jobOf(words, more);
  const { jobId } = request;
  const stream = `job-${jobId}`;
  history.add(stream, { type: 'JobRequested', request, at: minute(0) });
  history.add(stream, { type: 'JobStarted', jobId, attempt: 1, worker: 'w', at: minute(1) });
  history.add(stream, { type: 'JobFailed', jobId, attempt: 1, failure, at: minute(at) });
  return { jobId, stream };
}

beforeAll(async () => {
  const history = new History();
  const definition = { ...FLIGHTS, dataSource: 'sales' };
  history.add(`dataset-${DATASET}`, {
    type: 'DatasetRegistered',
    datasetId: DATASET,
    definition,
    by: ANNA,
    at: minute(0),
  });
  const input = selfServiceInput(
    { templateId: TEMPLATE, templateName: 'Sales', definition: templateDefinition({ datasetId: DATASET }) },
    minute(0),
    'UTC',
  );
  failed(history, 'lost', 10, LOST, { input });
  failed(history, 'refused', 20, REFUSED, { templateId: OTHER_TEMPLATE, scheduleId: null });
  failed(history, 'of ben', 30, REFUSED, { owner: BEN });
  failed(history, 'broken', 40, BROKEN);
  const dropped = failed(history, 'dropped', 50, LOST);
  history.add(dropped.stream, { type: 'JobDropped', jobId: dropped.jobId, by: ANNA, reason: 'old', at: minute(51) });
  const again = failed(history, 'run again', 60, REFUSED);
  for (const [words, reason, at] of [
    ['out of time', 'retry_deadline', 65],
    ['too late', 'deadline', 66],
  ] as const) {
    const request = jobOf(words, { templateId: OTHER_TEMPLATE });
    const { jobId } = request;
    const stream = `job-${jobId}`;
    const attempt = { jobId, attempt: 1, worker: 'w', durationMs: 0 } as const;
    history.add(stream, { type: 'JobRequested', request, at: minute(0) });
    if (reason === 'retry_deadline') {
      const retry = { failure: REFUSED, retryAt: minute(3), retryBefore: minute(4) };
      history.add(stream, { type: 'JobStarted', jobId, attempt: 1, worker: 'w', at: minute(1) });
      history.add(stream, { type: 'JobAttemptFailed', ...attempt, ...retry, at: minute(2) });
    }
    history.add(stream, { type: 'JobExpired', jobId, reason, at: minute(at) });
  }
  failed(history, 'second run', 70, REFUSED, { rerunOf: again.jobId });
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, history.events);
  queries = new DeadLetterQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

const listed = async (filter: FailedJobFilter = {}, viewer = admin) =>
  (await queries.list(viewer, { limit: 100, ...filter })).items.map(({ jobRequestId }) => jobRequestId);
const ids = (...words: readonly string[]) => words.map(idOf);

it('are the jobs that ran out of attempts or time, the latest first, until they are dropped or run again', async () => {
  expect(await listed()).toEqual(ids('second run', 'out of time', 'of ben', 'refused', 'lost'));
  expect(await listed({}, anna)).toEqual(ids('second run', 'out of time', 'refused', 'lost'));
  const [lost] = (await queries.list(admin, { limit: 1, failureCode: 'worker.lost' })).items;
  expect(lost).toMatchObject({ datasetId: DATASET, dataSource: 'sales', failure: LOST, endedAt: minute(10) });
});

it('are filtered', async () => {
  expect(await listed({ templateId: OTHER_TEMPLATE })).toEqual(ids('out of time', 'refused'));
  expect(await listed({ scheduleId: SCHEDULE, until: minute(30) })).toEqual(ids('lost'));
  expect(await listed({ datasetId: DATASET })).toEqual(ids('lost'));
  expect(await listed({ dataSource: 'sales' })).toEqual(ids('lost'));
  expect(await listed({ dataSource: 'shop' })).toEqual([]);
  expect(await listed({ failureCode: LOST.code })).toEqual(ids('lost'));
  expect(await listed({ since: minute(20), until: minute(70) })).toEqual(ids('out of time', 'of ben', 'refused'));
});

it('are read page by page', async () => {
  const all = await walk((page) => queries.list(admin, page), 1);
  expect(all.map(({ jobRequestId }) => jobRequestId)).toEqual(await listed());
});

it('are redriven in the order in which they failed, others that failed only where they are asked for', async () => {
  expect(await queries.toRedrive(admin, {}, { onlyDeadLetters: true, limit: 2 })).toEqual({
    jobIds: ids('lost', 'refused'),
    matching: 5,
    runAgain: 1,
  });
  expect(await queries.toRedrive(anna, {}, { onlyDeadLetters: false, limit: 10 })).toEqual({
    jobIds: ids('lost', 'refused', 'broken', 'out of time', 'second run'),
    matching: 5,
    runAgain: 1,
  });
});
