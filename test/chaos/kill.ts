import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../deploy/postgres';
import { isEnded, type JobOutput } from '#domain';
import type { EventMetadata, RecordedEvent } from '#event-sourcing';
import { ApiClient } from '../../deploy/demo/api-client';
import { byStream, checkHistory, stateOf } from './check-history';
import { startServer, type ServerProcess } from './server-process';

export interface KillOptions {
  /** How often the server is killed. */
  readonly kills: number;
  /** Schedules that fire together every minute. */
  readonly schedules: number;
  /** Makes the moments of the kills repeatable. */
  readonly seed: number;
  readonly log: (line: string) => void;
}

export interface KillResult {
  /** What was lost, doubled or left behind; empty when every promise was kept. */
  readonly violations: readonly string[];
  readonly kills: number;
  readonly jobs: number;
  /** Attempts whose worker a kill took away: proof that kills met running exports. */
  readonly attemptsLost: number;
}

const ROWS = 2000;
const QUIET_WITHIN_MS = 180_000;

/**
 * Kills the standalone server (every third time together with its PostgreSQL) at random moments while a burst of schedules is
 * being requested and exported, starts it again, and afterwards proves from the event store that every occurrence became
 * exactly one job or one recorded skip, every job ended once, and every completed job's files are there and whole.
 */
export async function killRepeatedly(options: KillOptions): Promise<KillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'report-scheduler-kill-'));
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'data');
  const source = await startEmbeddedPostgres({
    dataDir: join(folder, 'source'),
    settings: { fsync: 'off' },
    log: () => undefined,
  });
  let server: ServerProcess | undefined;
  const env = {
    DATA_DIR: dataDir,
    SAMPLE_DATA: 'off',
    DATA_SOURCES: JSON.stringify({ source: source.url('postgres') }),
    EXPORT_LEASE_SECONDS: '3',
  };
  try {
    await fillSource(source);
    server = await startServer(env);
    await defineSchedules(await ApiClient.signInAsAdmin(server.url, dataDir), options.schedules);
    const random = generator(options.seed);
    for (let kill = 1; kill <= options.kills; kill += 1) {
      await untilBusy(dataDir);
      const delayMs = Math.floor(random() ** 2 * 4000);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const withPostgres = kill % 3 === 0;
      if (withPostgres) process.kill(postmasterPid(dataDir), 'SIGKILL');
      await server.kill();
      options.log(`kill ${kill}, ${delayMs} ms into the burst${withPostgres ? ', with its PostgreSQL' : ''}`);
      server = await startServer(env);
    }
    await untilNothingIsDue(dataDir);
    await pauseSchedules(await ApiClient.signInAsAdmin(server.url, dataDir));
    const events = await untilQuiet(dataDir);
    const violations = [
      ...checkHistory({ events, until: firstPause(events) }),
      ...checkFiles(events, join(dataDir, 'files')),
    ];
    violations.push(...(await checkReadModels(dataDir, events)));
    const code = await server.stop();
    server = undefined;
    if (code !== 0) violations.push(`the orderly stop ended with ${String(code)}`);
    const types = events.map(({ type }) => type);
    return {
      violations,
      kills: options.kills,
      jobs: types.filter((type) => type === 'JobRequested').length,
      attemptsLost: types.filter((type) => type === 'JobAttemptLost').length,
    };
  } finally {
    if (server) await server.stop();
    await source.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fillSource(source: EmbeddedPostgres): Promise<void> {
  const client = new Client({ connectionString: source.url('postgres') });
  await client.connect();
  await client.query(
    `CREATE TABLE measurement AS
     SELECT n AS id, 'sensor ' || n % 7 AS sensor, (n % 1000) / 10.0 AS value FROM generate_series(1, ${ROWS}) n`,
  );
  await client.end();
}

async function defineSchedules(api: ApiClient, count: number): Promise<void> {
  const dataset = await api.expectOk<{ id: string }>('POST', '/v1/datasets', {
    name: 'Measurements',
    dataSource: 'source',
    relation: { schema: 'public', name: 'measurement' },
  });
  const template = await api.expectOk<{ id: string }>('POST', '/v1/templates', {
    name: 'Measurements',
    definition: {
      datasetId: dataset.body.id,
      columns: [{ column: 'id' }, { column: 'sensor' }, { column: 'value' }],
    },
  });
  for (let number = 1; number <= count; number += 1) {
    await api.expectOk('POST', '/v1/schedules', {
      templateId: template.body.id,
      name: `Every minute, ${number}`,
      recurrence: { type: 'minutes', every: 1 },
      timeZone: 'UTC',
      catchUpMinutes: 10,
    });
  }
}

async function pauseSchedules(api: ApiClient): Promise<void> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { body: { items: { scheduleId: string }[]; nextCursor: string | null } } = await api.expectOk(
      'GET',
      `/v1/schedules?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    );
    for (const { scheduleId } of page.body.items) await api.expectOk('POST', `/v1/schedules/${scheduleId}/pause`, {});
    cursor = page.body.nextCursor;
  }
}

/** A connection to the server's own database, found in its data folder as a person would. */
async function withDatabase<Result>(dataDir: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const password = readFileSync(join(dataDir, 'postgres', 'superuser-password'), 'utf8').trim();
  const port = postmasterFile(dataDir)[3];
  const client = new Client({
    connectionString: `postgres://postgres:${password}@127.0.0.1:${String(port)}/report_scheduler`,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** @see https://www.postgresql.org/docs/current/storage-file-layout.html: postmaster.pid holds pid, folder, start, port, … */
function postmasterFile(dataDir: string): readonly string[] {
  return readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n');
}

function postmasterPid(dataDir: string): number {
  return Number(postmasterFile(dataDir)[0]);
}

/** Waits until something is due or under way, so that a kill meets work. */
async function untilBusy(dataDir: string): Promise<void> {
  await withDatabase(dataDir, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ busy: boolean }>(
        `SELECT EXISTS (SELECT FROM exporter.export_queue)
             OR EXISTS (SELECT FROM scheduler.due WHERE next_run_at <= now() + interval '300 milliseconds') AS busy`,
      );
      if (rows[0]?.busy) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

/** Waits for a moment far enough from the next full minute to pause every schedule before it. */
async function untilNothingIsDue(dataDir: string): Promise<void> {
  await withDatabase(dataDir, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ quiet: boolean }>(
        `SELECT coalesce(min(next_run_at) > now() + interval '15 seconds', false) AS quiet FROM scheduler.due`,
      );
      if (rows[0]?.quiet) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });
}

/** All events, once every requested job has ended and all consumers have caught up. */
async function untilQuiet(dataDir: string): Promise<readonly RecordedEvent[]> {
  return withDatabase(dataDir, async (client) => {
    const giveUpAt = Date.now() + QUIET_WITHIN_MS;
    for (;;) {
      const events = await allEvents(client);
      const open = [...byStream(events)].filter(([streamId, history]) => {
        const state = streamId.startsWith('job-') ? stateOf(history) : null;
        return state && state.status !== 'skipped' && state.status !== 'absent' && !isEnded(state.status);
      });
      const { rows } = await client.query<{ behind: boolean }>(
        `SELECT position < $1 AS behind FROM event_feed.checkpoint WHERE group_name IN ('read-models', 'audit-trail')`,
        [events.at(-1)?.position.toString() ?? '0'],
      );
      const caughtUp = rows.length === 2 && rows.every(({ behind }) => !behind);
      if ((open.length === 0 && caughtUp) || Date.now() > giveUpAt) return events;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });
}

async function allEvents(client: Client): Promise<readonly RecordedEvent[]> {
  const { rows } = await client.query<{
    position: string;
    stream_id: string;
    revision: number;
    event_id: string;
    type: string;
    data: unknown;
    metadata: EventMetadata;
    recorded_at: Date;
  }>('SELECT * FROM event_store.event ORDER BY position');
  return rows.map((row) => ({
    ...{ id: row.event_id, type: row.type, data: row.data, metadata: row.metadata },
    ...{ streamId: row.stream_id, revision: row.revision, position: BigInt(row.position), recordedAt: row.recorded_at },
  }));
}

/** When the first schedule was paused: up to there every occurrence must have been dealt with. */
function firstPause(events: readonly RecordedEvent[]): Date {
  const pause = events.find(({ type }) => type === 'SchedulePaused');
  return pause ? new Date((pause.data as { at: string }).at) : new Date(0);
}

/** Every completed job's files exist with the promised bytes, and no other file is left. */
function checkFiles(events: readonly RecordedEvent[], root: string): readonly string[] {
  const violations: string[] = [];
  const promised = new Set<string>();
  for (const { data } of events.filter(({ type }) => type === 'JobCompleted')) {
    for (const file of (data as { output: JobOutput }).output.files) {
      promised.add(file.key);
      const path = join(root, file.key);
      if (!existsSync(path)) violations.push(`${file.key} is missing`);
      else if (createHash('sha256').update(readFileSync(path)).digest('hex') !== file.sha256) {
        violations.push(`${file.key} does not have the promised bytes`);
      } else if (file.rows !== ROWS) violations.push(`${file.key} has ${file.rows} rows instead of ${ROWS}`);
    }
  }
  const jobs = join(root, 'jobs');
  const found = existsSync(jobs) ? readdirSync(jobs, { recursive: true, withFileTypes: true }) : [];
  for (const entry of found.filter((entry) => entry.isFile())) {
    const key = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (!promised.has(key)) violations.push(`${key} belongs to no completed job`);
  }
  return violations;
}

/** The tables say what the streams say, and the audit trail has every event. */
async function checkReadModels(dataDir: string, events: readonly RecordedEvent[]): Promise<readonly string[]> {
  return withDatabase(dataDir, async (client) => {
    const violations: string[] = [];
    const { rows } = await client.query<{ job_request_id: string; status: string; mapped: boolean }>(
      `SELECT j.job_request_id, j.status, EXISTS (
                SELECT FROM read_model.template_job_mapping m WHERE m.job_request_id = j.job_request_id) AS mapped
       FROM read_model.job_request j`,
    );
    const byId = new Map(rows.map((row) => [row.job_request_id, row]));
    for (const [streamId, history] of byStream(events)) {
      if (history[0]?.type !== 'JobRequested') continue;
      const row = byId.get(streamId.slice('job-'.length));
      const { status } = stateOf(history);
      if (row?.status !== status) violations.push(`${streamId} is ${status} but its row says ${String(row?.status)}`);
      else if (!row.mapped) violations.push(`${streamId} is not in the mapping table`);
    }
    const audit = await client.query<{ count: string }>('SELECT count(*) FROM read_model.audit_trail');
    const stored = await client.query<{ count: string }>('SELECT count(*) FROM event_store.event');
    if (audit.rows[0]?.count !== stored.rows[0]?.count) {
      violations.push(
        `the audit trail has ${String(audit.rows[0]?.count)} rows for ${String(stored.rows[0]?.count)} events`,
      );
    }
    return violations;
  });
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32, public domain). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
