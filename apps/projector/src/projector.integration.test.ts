import 'reflect-metadata';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createPool, NotificationListener, type Pool } from '#database';
import { FeedProgress, StoreEventFeed } from '#event-feed';
import { STORE_SOURCE } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import { createLogger, HealthChecks } from '#platform';
import { AUDIT_TRAIL_GROUP, READ_MODELS_GROUP } from '#read-models';
import { byStream, sampleHistory } from '#read-models/testing';
import { rootModule, type Parts } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { ProjectorModule } from './projector.module';

let database: TestDatabase;
let pool: Pool;
let notifications: NotificationListener;
let store: PostgresEventStore;
let progress: FeedProgress;
let health: HealthChecks;
let logged: string[];

beforeAll(() => {
  Logger.overrideLogger(false);
});
beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  pool = createPool(database.url, { application: 'test', max: 8, onIdleError: () => undefined });
  notifications = new NotificationListener(database.url, 'test');
  store = new PostgresEventStore(pool, notifications);
  progress = new FeedProgress(pool);
  await progress.start(notifications);
  health = new HealthChecks();
  logged = [];
});
afterEach(async () => {
  await progress.stop();
  await notifications.close();
  await pool.end();
  await database.drop();
});

/** An application that holds the projector alone, with the parts that it uses. */
function startProjector(): Promise<INestApplicationContext> {
  const destination = { write: (line: string) => void logged.push(line) };
  const logger = createLogger({ level: 'info', format: 'json', destination });
  const eventFeed = new StoreEventFeed(store);
  const parts: Partial<Parts> = {
    pool,
    notifications,
    eventStore: store,
    eventFeed,
    storeFeed: eventFeed,
    progress,
    health,
    logger,
  };
  return NestFactory.createApplicationContext(rootModule(ProjectorModule, parts as Parts));
}

async function append(events = sampleHistory().events): Promise<bigint> {
  await store.appendMany(
    [...byStream(events)].map(([streamId, stream]) => ({ streamId, expected: 'no-stream', events: stream })),
  );
  return store.head();
}

it('applies what was stored before and after it started, and stops', async () => {
  const { events } = sampleHistory();
  const [first] = events;
  await append(events.filter(({ streamId }) => streamId === first!.streamId));
  const app = await startProjector();
  const head = await append(events.filter(({ streamId }) => streamId !== first!.streamId));
  expect(await progress.reached(READ_MODELS_GROUP, STORE_SOURCE, head, 10_000)).toBe(true);
  expect(await progress.reached(AUDIT_TRAIL_GROUP, STORE_SOURCE, head, 10_000)).toBe(true);
  await app.close();
  const { rows } = await pool.query(`SELECT (SELECT count(*) FROM read_model.audit_trail)::int AS audited,
    (SELECT count(*) FROM read_model.job_request)::int AS jobs, (SELECT count(*) FROM read_model.dataset)::int AS datasets`);
  expect(rows).toEqual([{ audited: events.length, jobs: 5, datasets: 1 }]);
  expect((await health.report()).ready).toBe(true);
});

it('says how far a projection is behind that keeps failing, and goes on once it can', async () => {
  await pool.query('ALTER TABLE read_model.dataset RENAME TO dataset_away');
  const head = await append();
  const app = await startProjector();
  expect(await progress.reached(AUDIT_TRAIL_GROUP, STORE_SOURCE, head, 10_000)).toBe(true);
  await until(() => logged.filter((line) => line.includes('projection failed')).length >= 3);
  const { ready, checks } = await health.report();
  expect(ready).toBe(false);
  expect(checks).toEqual([
    {
      name: 'projector: read-models',
      problem: expect.stringMatching(
        `^read-models has failed \\d+ times at store and is up to ${head} positions behind`,
      ),
    },
    { name: 'projector: audit-trail', problem: null },
  ]);
  await pool.query('ALTER TABLE read_model.dataset_away RENAME TO dataset');
  expect(await progress.reached(READ_MODELS_GROUP, STORE_SOURCE, head, 20_000)).toBe(true);
  await until(() => logged.some((line) => line.includes('projection goes on')));
  expect((await health.report()).ready).toBe(true);
  await app.close();
});

/** Waits for what another part of the process is about to do. */
async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error('it did not happen');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
