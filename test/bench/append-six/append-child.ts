import { createPool, NotificationListener, transaction, type Pool } from '#database';
import { PostgresEventStore } from '#event-store';
import { newStream } from '../append/events';
import { appendSingly } from '../append/our-appends';
import { serveJob } from '../harness/measured-child';
import { START_LOCK, type Appended, type AppendJob } from './append-job';

/** One process with an event store of its own, as each app of the product has one. */
serveJob(async ({ url, callers, appends, warmUp }: AppendJob): Promise<Appended> => {
  const pool = createPool(url, { application: 'bench', max: callers, onIdleError: () => undefined });
  const notifications = new NotificationListener(url, 'bench notifications');
  const store = new PostgresEventStore(pool, notifications);
  try {
    await appendSingly(store, callers, Array.from({ length: warmUp }, newStream));
    // Made beforehand: it is the store that is measured.
    const waiting = Array.from({ length: appends }, newStream);
    await startTogether(pool);
    const startedAt = now();
    const latencies = await appendSingly(store, callers, waiting);
    return { startedAt, endedAt: now(), latencies };
  } finally {
    await store.close();
    await notifications.close();
    await pool.end();
  }
});

/** Waits until the bench lets go of its lock, which it does once all processes wait here. */
async function startTogether(pool: Pool): Promise<void> {
  await transaction(pool, (client) => client.query('SELECT pg_advisory_xact_lock_shared($1)', [START_LOCK]));
}

/** Milliseconds since 1970 with fractions, to be set against the other processes' times. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
