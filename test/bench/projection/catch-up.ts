import type { Pool } from '#database';
import { START, STORE_SOURCE, type EventFeed, type FeedSubscription, type RunningSubscription } from '#event-sourcing';
import { AuditTrailProjection, ReadModelsProjection, READ_MODEL_SCHEMA } from '#read-models';
import type { Parts } from '#runtime';

/** So long may a backlog take before the bench gives up, in milliseconds. */
const PATIENCE_MS = 15 * 60_000;
/** What the projections ask the feed for at a time. */
const PAGE = 1000;

/** Seconds from the subscription of both projections, side by side as in the product, until both have reached the end. */
export async function measureProjection({ pool, eventStore, eventFeed, progress }: Parts): Promise<number> {
  const head = await eventStore.head();
  const projections = [new ReadModelsProjection(pool), new AuditTrailProjection(pool, eventStore)];
  const started = performance.now();
  const subscriptions = await Promise.all(projections.map((projection) => subscribe(eventFeed, projection)));
  try {
    const reached = projections.map(({ group }) => progress.reached(group, STORE_SOURCE, head, PATIENCE_MS));
    const failed = subscriptions.map(({ failure }) => failure);
    const ends = await Promise.race([Promise.all(reached), ...failed]);
    if (ends.includes(false)) throw new Error(`the backlog was not projected within ${PATIENCE_MS / 60_000} minutes`);
    return (performance.now() - started) / 1000;
  } finally {
    await Promise.all(subscriptions.map(({ running }) => running.stop()));
  }
}

interface Subscribed {
  readonly running: RunningSubscription;
  /** Rejects with the first error of the projection, which the feed itself would get over by trying again. */
  readonly failure: Promise<never>;
}

async function subscribe(
  feed: EventFeed,
  projection: ReadModelsProjection | AuditTrailProjection,
): Promise<Subscribed> {
  let onError: NonNullable<FeedSubscription['onError']> = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    onError = (error) => reject(error instanceof Error ? error : new Error(String(error)));
  });
  failure.catch(() => undefined);
  const running = await feed.subscribe({
    group: projection.group,
    ...('types' in projection && { types: projection.types }),
    batchSize: projection.batchSize,
    load: (source) => projection.load(source),
    handle: (batch) => projection.handle(batch),
    onError: (error, tries) => onError(error, tries),
  });
  return { running, failure };
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
