import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Client } from 'pg';
import request from 'supertest';
import { hashPassword, UserStore, type Role } from '#access';
import type { RunningSubscription } from '#event-sourcing';
import { createLogger, readSettings } from '#platform';
import { AuditTrailProjection, ReadModelsProjection } from '#read-models';
import { closeParts, openParts, type Parts, type RuntimeSettings } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { createApiApplication } from '../configure-api';

const PASSWORD = 'correct horse battery staple';

export interface Person {
  readonly userId: string;
  readonly token: string;
}

/**
 * The real application over HTTP on a database of its own, with the projections beside it. The data source `sample` has the
 * table `flights`. Anna and Ben are users, Root is an administrator.
 */
export interface ApiWorld {
  readonly url: string;
  readonly parts: Parts;
  readonly app: NestExpressApplication;
  readonly anna: Person;
  readonly ben: Person;
  readonly root: Person;
  /** Lines of the log, as objects. */
  readonly log: Record<string, unknown>[];
  /** A request without a token. */
  readonly http: ReturnType<typeof request>;
  /** Runs SQL in the data source. */
  sample(sql: string): Promise<void>;
  addUser(username: string, role?: Role): Promise<Person>;
  close(): Promise<void>;
}

/** Where it fails, what was opened is closed again: a connection that is left would keep Jest from ending. */
export async function startApiWorld(more: Partial<RuntimeSettings> = {}): Promise<ApiWorld> {
  const opened: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let undo = opened.pop(); undo; undo = opened.pop()) await undo();
  };
  try {
    return { ...(await openApiWorld(more, opened)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param opened is told how to undo each step, in the order of the steps */
async function openApiWorld(
  more: Partial<RuntimeSettings>,
  opened: (() => unknown)[],
): Promise<Omit<ApiWorld, 'close'>> {
  const database = await createTestDatabase({ migrated: true });
  opened.push(() => database.drop());
  const source = await createTestDatabase();
  opened.push(() => source.drop());
  const dataDir = mkdtempSync(join(tmpdir(), 'report-scheduler-api-'));
  opened.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const log: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) };
  const settings = {
    ...readSettings({ DATA_SOURCES: JSON.stringify({ sample: source.url }) }),
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    AUTH_SECRET: 'a secret that only this test knows, of some length',
    ENCRYPTION_KEY: [randomBytes(32).toString('base64')],
    ...more,
  };
  await execute(source, FLIGHTS);
  const parts = await openParts(settings, createLogger({ level: 'info', format: 'json', destination }));
  opened.push(() => closeParts(parts));
  for (const subscription of await project(parts)) opened.push(() => subscription.stop());
  const app = await createApiApplication(parts);
  opened.push(() => app.close());
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const http = request(url);

  const addUser = async (username: string, role: Role = 'user'): Promise<Person> => {
    const userId = crypto.randomUUID();
    const passwordHash = await hashPassword(PASSWORD);
    const user = { userId, username, displayName: username, passwordHash, role, createdAt: new Date() };
    await new UserStore(parts.pool).add(user);
    const { body } = await http.post('/v1/sessions').send({ username, password: PASSWORD }).expect(201);
    return { userId, token: (body as { token: string }).token };
  };
  const [anna, ben, root] = [await addUser('anna'), await addUser('ben'), await addUser('root', 'admin')];
  return {
    url,
    parts,
    app,
    anna,
    ben,
    root,
    log,
    http,
    addUser,
    sample: (sql) => execute(source, sql),
  };
}

const FLIGHTS = `
  CREATE TABLE flights (origin text NOT NULL, delay integer, departed_at timestamptz, fare numeric(10, 2));
  INSERT INTO flights
  SELECT 'AP' || n % 7, n % 100 - 10, timestamptz '2026-11-01' + n * interval '1 hour', n / 4.0 FROM generate_series(1, 200) n`;

async function project({ pool, eventStore, eventFeed }: Parts): Promise<RunningSubscription[]> {
  const projections = [new ReadModelsProjection(pool), new AuditTrailProjection(pool, eventStore)];
  return Promise.all(
    projections.map((projection) =>
      eventFeed.subscribe({
        group: projection.group,
        load: (source) => projection.load(source),
        handle: (batch) => projection.handle(batch),
      }),
    ),
  );
}

async function execute({ url }: TestDatabase, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Requests in a person's name. */
export function as({ url }: ApiWorld, { token }: Person) {
  const agent = request(url);
  const bearer = `Bearer ${token}`;
  return {
    get: (path: string) => agent.get(path).set('Authorization', bearer),
    post: (path: string, body?: object) => agent.post(path).set('Authorization', bearer).send(body),
    put: (path: string, body?: object) => agent.put(path).set('Authorization', bearer).send(body),
  };
}

export interface Made {
  readonly id: string;
  readonly etag: string;
  /** For X-Wait-For. */
  readonly position: string;
}

export function made(response: request.Response): Made {
  return {
    id: (response.body as { id: string }).id,
    etag: response.headers.etag ?? '',
    position: response.headers['x-stream-position'] ?? '',
  };
}

/** Registers the flights as an administrator would. */
export async function registerFlights(world: ApiWorld, relation = 'flights'): Promise<Made> {
  const body = { name: `Flights (${relation})`, dataSource: 'sample', relation: { schema: 'public', name: relation } };
  return made(await as(world, world.root).post('/v1/datasets', body).expect(201));
}

/** A template over the flights, as short as a person may write it. */
export function lateFlights(datasetId: string, more: object = {}): object {
  return {
    name: 'Late flights',
    tags: ['ops'],
    definition: {
      datasetId,
      columns: [{ column: 'origin' }, { column: 'delay', header: 'Minutes late' }],
      filter: { type: 'condition', column: 'delay', operator: 'gt', value: 15 },
    },
    ...more,
  };
}
