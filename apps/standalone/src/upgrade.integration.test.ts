import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { UserStore } from '#access';
import { createPool, NotificationListener } from '#database';
import { SecretCipher } from '#data-sources';
import {
  ANNA,
  DATASET_ID,
  jobOutput,
  jobRequest,
  NOON,
  SALES_ID,
  TEMPLATE_ID,
  templateDefinition,
} from '#domain/testing';
import { FollowedFeed, loadCheckpoint, loadFromHead } from '#event-feed';
import { STORE_SOURCE, type NewEvent } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import { createLogger, packageRoot, readSettings } from '#platform';
import { READ_MODELS_GROUP, ReadModelsProjection } from '#read-models';
import { closeParts, openParts, type Parts } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { DELIVERIES_GROUP } from '../../notifier/src/deliveries/delivery-projection';
import { NOTICES_GROUP } from '../../notifier/src/notifications/notice-projection';

/** The last migration before attempts had causes, and jobs dead letters, deliveries and notices. */
const LAST_OLD = '0022';
const FOLDER = join(packageRoot(), 'libs', 'database', 'migrations');
const KEY = Buffer.alloc(32, 7).toString('base64');
const SECRET_ID = randomUUID();
const [retried, refused, running] = [randomUUID(), randomUUID(), randomUUID()];
const at = (minute: number) => NOON.replace('12:00', `12:${String(minute).padStart(2, '0')}`);

const UNREACHABLE = { code: 'data_source.unreachable', message: 'It does not answer.', transient: true };
const TOO_MANY = { code: 'limit.rows', message: 'It has too many rows.', transient: false };
const GONE = { code: 'data_source.column_missing', message: 'A column is gone.', transient: false };

let database: TestDatabase;
let client: Client;
let parts: Parts;
let before: readonly unknown[];

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await migrateAsThen();
  await use();
  before = await jobs();
  upgrade();
  const settings = {
    ...readSettings({ ENCRYPTION_KEY: KEY }),
    ...{ DATABASE_URL: database.url, DATA_DIR: join(tmpdir(), randomUUID()), AUTH_SECRET: 'x'.repeat(32) },
  };
  parts = await openParts(settings, createLogger({ level: 'silent' }));
});
afterAll(async () => {
  await closeParts(parts);
  await client.end();
  await database.drop();
});

/** The migrations of the release before, as they were carried out then. */
async function migrateAsThen(): Promise<void> {
  await client.query(
    'CREATE TABLE schema_migration (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)',
  );
  for (const file of readdirSync(FOLDER)
    .toSorted()
    .filter((name) => name.slice(0, 4) <= LAST_OLD)) {
    await client.query(readFileSync(join(FOLDER, file), 'utf8'));
    await client.query('INSERT INTO schema_migration (name, run_on) VALUES ($1, now())', [file.replace('.sql', '')]);
  }
}

/** What a start of this release does. In a process of its own, since Jest does not load what runs migrations. */
function upgrade(): void {
  const script = `require('#database').migrate(process.argv[1], () => undefined)`;
  execFileSync(process.execPath, ['-e', script, database.url], { cwd: packageRoot() });
}

function event(type: string, data: object, schemaVersion = 1): NewEvent {
  const ids = { commandId: randomUUID(), correlationId: randomUUID(), causationId: null };
  return { id: randomUUID(), type, data, metadata: { ...ids, actor: ANNA, traceparent: null, schemaVersion } };
}

/** Fills the tables that the later migrations change, with what the release before had written there. */
async function use(): Promise<void> {
  const pool = createPool(database.url, { application: 'test', max: 2, onIdleError: () => undefined });
  const notifications = new NotificationListener(database.url, 'test');
  const store = new PostgresEventStore(pool, notifications);
  const start = (jobId: string, attempt: number) =>
    event('JobStarted', { jobId, attempt, worker: 'w', at: at(attempt * 10) });
  const request = (jobId: string) => event('JobRequested', { request: jobRequest({ jobId }), at: NOON }, 3);
  const end = (jobId: string, attempt: number, more: object) => ({ jobId, attempt, at: at(attempt * 10 + 5), ...more });
  const output = { output: jobOutput(), outputExpiresAt: '2027-01-01T00:00:00.000Z' };
  const streams = new Map([
    [
      retried,
      [
        start(retried, 1),
        event('JobAttemptFailed', end(retried, 1, { failure: UNREACHABLE, retryAt: at(20) })),
        start(retried, 2),
        event('JobAttemptLost', end(retried, 2, {})),
        start(retried, 3),
        event('JobCompleted', end(retried, 3, output), 2),
      ],
    ],
    [refused, [start(refused, 1), event('JobFailed', end(refused, 1, { failure: TOO_MANY }))]],
    [running, [start(running, 1)]],
  ]);
  for (const [jobId, events] of streams) {
    await store.append({ streamId: `job-${jobId}`, expected: 'no-stream', events: [request(jobId), ...events] });
  }
  await notifications.close();
  await pool.end();

  for (const [jobId, status, failure, revision] of [
    [retried, 'completed', null, 6],
    [refused, 'failed', TOO_MANY, 2],
    [running, 'running', null, 1],
    [randomUUID(), 'failed', GONE, 2],
    [randomUUID(), 'retry_waiting', UNREACHABLE, 2],
  ] as const) {
    await client.query(
      `INSERT INTO read_model.job_request (job_request_id, batch_type_id, job_input, status, origin, user_id, nominal_time, time_zone,
         priority, attempt, max_attempts, requested_at, failure, revision, updated_at)
       VALUES ($1, 4, $2, $3, 'run_now', $4, $5, 'UTC', 'normal', 1, 3, $5, $6, $7, $5)`,
      [jobId, jobRequest().input, status, ANNA, NOON, failure, revision],
    );
  }
  await client.query(
    `INSERT INTO read_model.job_attempt (job_request_id, attempt, worker, started_at, ended_at, outcome) VALUES ($1, 2, 'w', $2, $2, 'lost')`,
    [retried, NOON],
  );
  const template = [TEMPLATE_ID, ANNA, { name: 'Late flights' }, templateDefinition(), NOON, DATASET_ID];
  await client.query(
    `INSERT INTO read_model.self_service_template (template_id, owner, name, tags, dataset_id, output_format, definition, status,
       revision, created_at, updated_at)
     VALUES ($1, $2, $3::jsonb ->> 'name', '{}', $6, 'csv', $4, 'active', 0, $5, $5)`,
    template,
  );
  await client.query(
    `INSERT INTO scheduler.template (template_id, owner, revision, status, details, definition) VALUES ($1, $2, 0, 'active', $3, $4)`,
    template.slice(0, 4),
  );
  const { keyId, nonce, ciphertext } = new SecretCipher([KEY]).seal('swordfish', SALES_ID);
  await client.query(
    'INSERT INTO vault.secret (secret_id, data_source_id, key_id, nonce, ciphertext) VALUES ($1, $2, $3, $4, $5)',
    [...[SECRET_ID, SALES_ID, keyId, nonce, ciphertext]],
  );
  await client.query(
    `INSERT INTO access.user_account (user_id, username, display_name, password_hash, role, created_at)
     VALUES ($1, 'anna', 'Anna', 'hash', 'user', $2)`,
    [ANNA, NOON],
  );
  await client.query(
    `INSERT INTO event_feed.checkpoint (group_name, source, position, "offset")
     VALUES ('read-models', 'store', 12, NULL), ('read-models', 'job/0', 12, 7), ('exporter', 'store', 12, NULL)`,
  );
}

/** The rows without what the migrations may add or change. */
async function jobs(): Promise<readonly unknown[]> {
  const added = [
    ...['failure', 'stalled_at', 'running_long_at', 'dropped_at', 'dropped_by', 'drop_reason'],
    ...['burst_schedule_id', 'burst_list_job_id', 'burst_row'],
  ];
  const { rows } = await client.query<{ row: unknown }>(
    'SELECT to_jsonb(j) - $1::text[] AS row FROM read_model.job_request j ORDER BY job_request_id',
    [added],
  );
  return rows.map(({ row }) => row);
}

it('keeps jobs, and gives their failures the classes that they have now', async () => {
  expect(await jobs()).toEqual(before);
  const { rows } = await client.query<{ failure: object | null }>(
    'SELECT failure FROM read_model.job_request WHERE failure IS NOT NULL',
  );
  expect(rows.map(({ failure }) => failure)).toEqual(
    expect.arrayContaining([
      { ...UNREACHABLE, class: 'transient' },
      { ...TOO_MANY, class: 'limit' },
      { ...GONE, class: 'permanent' },
    ]),
  );
  expect(rows).toHaveLength(3);
});

it('makes the attempts anew from the events of before, and leaves the other rows as they are', async () => {
  const { pool, progress, eventStore } = parts;
  const { rows: checkpoints } = await client.query(
    'SELECT group_name, source, position, "offset" FROM event_feed.checkpoint ORDER BY group_name, source',
  );
  expect(checkpoints).toEqual(
    expect.arrayContaining([
      { group_name: 'exporter', source: 'store', position: '12', offset: null },
      { group_name: 'read-models', source: 'job/0', position: '0', offset: null },
      { group_name: 'read-models', source: 'store', position: '0', offset: null },
    ]),
  );
  const followed = new FollowedFeed(new ReadModelsProjection(pool), parts);
  await followed.start();
  expect(await progress.reached(READ_MODELS_GROUP, STORE_SOURCE, await eventStore.head(), 10_000)).toBe(true);
  await followed.stop();
  const { rows } = await client.query(
    `SELECT job_request_id, attempt, outcome, loss_cause, failure, retry_at FROM read_model.job_attempt ORDER BY started_at, job_request_id`,
  );
  const none = { loss_cause: null, failure: null, retry_at: null };
  const attempts = [
    {
      ...{ job_request_id: retried, attempt: 1, outcome: 'failed', loss_cause: null },
      ...{ failure: { ...UNREACHABLE, class: 'transient' }, retry_at: new Date(at(20)) },
    },
    { job_request_id: refused, attempt: 1, ...none, outcome: 'failed', failure: { ...TOO_MANY, class: 'limit' } },
    { job_request_id: running, attempt: 1, ...none, outcome: null },
    {
      job_request_id: retried,
      attempt: 2,
      outcome: 'lost',
      ...none,
      loss_cause: 'worker_lost',
      retry_at: new Date(at(25)),
    },
    { job_request_id: retried, attempt: 3, ...none, outcome: 'completed' },
  ];
  expect(rows).toHaveLength(attempts.length);
  expect(rows).toEqual(expect.arrayContaining(attempts));
  expect(await jobs()).toEqual(before);
});

it('keeps templates, which have no retry policy, people, who have no address, and passwords, which can still be read', async () => {
  const { rows } = await client.query(
    `SELECT t.name, t.retry_policy AS shown, s.details ->> 'name' AS known, s.retry_policy AS used
     FROM read_model.self_service_template t JOIN scheduler.template s USING (template_id, owner, definition)`,
  );
  expect(rows).toEqual([{ name: 'Late flights', shown: null, known: 'Late flights', used: null }]);
  expect(await new UserStore(parts.pool).byId(ANNA)).toMatchObject({
    username: 'anna',
    displayName: 'Anna',
    email: null,
  });
  expect(await parts.secrets.read(SECRET_ID, SALES_ID)).toBe('swordfish');
});

it('tells nobody of what was before, and delivers none of it', async () => {
  const { pool, eventStore } = parts;
  const head = { position: await eventStore.head(), offset: null };
  expect(await loadCheckpoint(pool, DELIVERIES_GROUP, STORE_SOURCE)).toEqual(head);
  expect(await loadFromHead({ pool, store: eventStore }, NOTICES_GROUP, STORE_SOURCE)).toEqual(head);
});
