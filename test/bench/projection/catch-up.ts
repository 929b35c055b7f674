import { NestFactory } from '@nestjs/core';
import type { Pool } from '#database';
import { START, STORE_SOURCE, type Position } from '#event-sourcing';
import { AUDIT_TRAIL_GROUP, READ_MODELS_GROUP, READ_MODEL_SCHEMA } from '#read-models';
import { NestLogger, rootModule, type Parts } from '#runtime';
import { ProjectorModule } from '../../../apps/projector/src/projector.module';

/** So long may a backlog take before the bench gives up, in milliseconds. */
const PATIENCE_MS = 15 * 60_000;
/** How often it is looked whether a projection has failed, in milliseconds. */
const LOOK_EVERY_MS = 1000;
/** What the projections ask the feed for at a time. */
const PAGE = 1000;

/** Seconds from the start of the projector, as the product runs it, until both projections have applied the last event. */
export async function measureProjection(parts: Parts): Promise<number> {
  const head = await parts.eventStore.head();
  const logger = new NestLogger(parts.logger);
  const started = performance.now();
  const root = rootModule(ProjectorModule, parts);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a mere shape
  const projector = await NestFactory.createApplicationContext(root, { logger, abortOnError: false });
  try {
    await Promise.all([READ_MODELS_GROUP, AUDIT_TRAIL_GROUP].map((group) => reach(parts, group, head)));
    return (performance.now() - started) / 1000;
  } finally {
    await projector.close();
  }
}

async function reach({ progress, health }: Parts, group: string, head: Position): Promise<void> {
  for (const giveUpAt = performance.now() + PATIENCE_MS; performance.now() < giveUpAt;) {
    if (await progress.reached(group, STORE_SOURCE, head, LOOK_EVERY_MS)) return;
    const { checks } = await health.report();
    const failed = checks.find(({ problem }) => problem !== null);
    if (failed) throw new Error(`${failed.name}: ${String(failed.problem)}`);
  }
  throw new Error(`${group} did not reach the end within ${PATIENCE_MS / 60_000} minutes`);
}

/** A fast projection that loses events is none. */
export async function checkProjected(pool: Pool, events: number): Promise<void> {
  const { rows } = await pool.query<{ audited: number; jobs: number; requested: number }>(`
    SELECT (SELECT count(*)::int FROM read_model.audit_trail) AS audited,
           (SELECT count(*)::int FROM read_model.job_request) AS jobs,
           (SELECT count(*)::int FROM event_store.event WHERE type = 'JobRequested') AS requested`);
  const { audited, jobs, requested } = rows[0]!;
  if (audited !== events || jobs !== requested) {
    throw new Error(`of ${events} events ${audited} were audited, and ${requested} jobs led to ${jobs} rows`);
  }
}

export interface Limit {
  /** Seconds to read every event once, in the pages that projections ask for. */
  readonly readSeconds: number;
  /** Seconds to write the rows that the projections left once more, by the database itself, into tables like theirs. */
  readonly writeSeconds: number;
}

export async function measureLimit({ pool, eventStore }: Parts): Promise<Limit> {
  let started = performance.now();
  for (let after = START, more = true; more;) {
    const page = await eventStore.readAll({ after, limit: PAGE });
    [after, more] = [page.readUpTo, page.more];
  }
  const readSeconds = (performance.now() - started) / 1000;
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE'`,
    [READ_MODEL_SCHEMA],
  );
  await pool.query('CREATE SCHEMA bench');
  started = performance.now();
  for (const { name } of rows) {
    await pool.query(`CREATE TABLE bench.${name} (LIKE ${READ_MODEL_SCHEMA}.${name} INCLUDING ALL)`);
    await pool.query(`INSERT INTO bench.${name} SELECT * FROM ${READ_MODEL_SCHEMA}.${name}`);
  }
  return { readSeconds, writeSeconds: (performance.now() - started) / 1000 };
}
