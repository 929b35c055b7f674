import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { executeSql } from '../harness/postgres';
import { untilMoved } from './due-rows';
import { loadWithCommands, type Commanded } from './commands';
import type { ApiClient } from '../../../deploy/demo/api-client';

/** Longest that a burst may take before the bench gives up. */
export const PATIENCE_MS = 300_000;
/** Commands begin so long before the due time. */
const LEAD_MS = 500;

export interface Burst {
  /** From the due time until every job had been requested and every schedule moved on. */
  readonly perSecond: number;
  /** Occurrences that have more than one `JobRequested`. */
  readonly duplicates: number;
  /** Occurrences that have none. */
  readonly missing: number;
  /** Milliseconds of each command meanwhile. */
  readonly commands: readonly number[];
}

export interface BurstSystem {
  readonly url: string;
  readonly client: Client;
  readonly api: ApiClient;
  readonly schedules: number;
}

/** Waits for a due time of all schedules, and sees how they are requested while commands come over HTTP. */
export async function measureBurst(system: BurstSystem, due: Date, commanded: Commanded): Promise<Burst> {
  const { url, client, api, schedules } = system;
  await executeSql(url, 'CHECKPOINT');
  await delay(due.getTime() - LEAD_MS - Date.now());
  const ended = new AbortController();
  const commands = loadWithCommands(api, commanded, ended.signal);
  try {
    const movedAt = await untilMoved(client, due, due.getTime() + PATIENCE_MS);
    ended.abort();
    const { stored, occurrences, last } = await requestsOf(client, due);
    const elapsed = Math.max(movedAt, last) - due.getTime();
    return {
      perSecond: (schedules * 1000) / elapsed,
      duplicates: stored - occurrences,
      missing: schedules - occurrences,
      commands: await commands,
    };
  } finally {
    ended.abort();
    await commands.catch(() => undefined);
  }
}

async function requestsOf(
  client: Client,
  due: Date,
): Promise<{ readonly stored: number; readonly occurrences: number; readonly last: number }> {
  const { rows } = await client.query<{ stored: number; occurrences: number; last: number | null }>(
    `SELECT count(*)::int AS stored, count(DISTINCT data #>> '{request,scheduleId}')::int AS occurrences,
            (extract(epoch FROM max(recorded_at)) * 1000)::float8 AS last
     FROM event_store.event
     WHERE type = 'JobRequested' AND recorded_at >= $1 AND (data #>> '{request,nominalTime}')::timestamptz = $1`,
    [due],
  );
  const { stored = 0, occurrences = 0, last = null } = rows[0] ?? {};
  return { stored, occurrences, last: last ?? Infinity };
}
