import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { BenchContext } from '../harness/bench';
import { executeSql } from '../harness/postgres';
import { runMeasured } from '../harness/measured-child';
import { percentile } from '../harness/statistics';
import { START_LOCK, type Appended, type AppendJob } from './append-job';

/** How often it is looked whether all processes are ready, in milliseconds. */
const LOOK_EVERY_MS = 20;

interface ProcessAppends {
  /** Of all processes together, from the first append to the last answer. */
  readonly perSecond: number;
  /** Milliseconds that 99 of 100 appends take at most. */
  readonly p99Ms: number;
}

/** So many processes that all begin at once, each doing the same job. */
export async function measureProcesses(
  processes: number,
  job: AppendJob,
  { cleanup }: BenchContext,
): Promise<ProcessAppends> {
  await executeSql(job.url, 'CHECKPOINT');
  const gate = new Client({ connectionString: job.url });
  await gate.connect();
  try {
    await gate.query('SELECT pg_advisory_lock($1)', [START_LOCK]);
    const child = join(__dirname, 'append-child.js');
    const running = Promise.all(Array.from({ length: processes }, () => runMeasured<Appended>(child, job, cleanup)));
    await Promise.race([allWaiting(gate, processes), running]);
    await gate.query('SELECT pg_advisory_unlock($1)', [START_LOCK]);
    return summaryOf((await running).map(({ result }) => result));
  } finally {
    await gate.end();
  }
}

/** When a process failed, nobody listens any more, and it ends by the error of the closed connection. */
async function allWaiting(gate: Client, processes: number): Promise<void> {
  for (;;) {
    const { rows } = await gate.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_locks
       WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [START_LOCK],
    );
    if (rows[0]?.waiting === processes) return;
    await delay(LOOK_EVERY_MS);
  }
}

export function summaryOf(results: readonly Appended[]): ProcessAppends {
  const latencies = results.flatMap((result) => result.latencies);
  const from = Math.min(...results.map(({ startedAt }) => startedAt));
  const to = Math.max(...results.map(({ endedAt }) => endedAt));
  return { perSecond: latencies.length / ((to - from) / 1000), p99Ms: percentile(latencies, 99) };
}

/** Fast appends that lose events, or leave gaps in their order, are none. */
export async function checkPositions(url: string, events: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ stored: number; first: number; last: number }>(
      `SELECT count(DISTINCT position)::int AS stored, min(position)::int AS first, max(position)::int AS last
       FROM event_store.event`,
    );
    const { stored, first, last } = rows[0]!;
    if (stored !== events || first !== 1 || last !== events) {
      throw new Error(`of ${events} events ${stored} are stored, at positions from ${first} to ${last}`);
    }
  } finally {
    await client.end();
  }
}
