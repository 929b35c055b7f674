import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { ApiClient } from '../../../deploy/demo/api-client';
import type { BenchContext } from '../harness/bench';
import { concurrently } from '../append/our-appends';
import { now } from './run-now';

const MINUTE_MS = 60_000;
/** The schedules must have been taken in before they are due. */
const SETTLE_MS = 5_000;
/** How long an occurrence may be late before the bench gives up. */
const PATIENCE_MS = 60_000;

export interface DueTimes {
  /** Milliseconds from the time that each occurrence was due to its request in the store. */
  readonly lateness: readonly number[];
  /** The same for a mere timer and one flushed INSERT, at the same times. */
  readonly limit: readonly number[];
}

/** Defines schedules that are all due at every full minute, and sees how late their jobs are requested. */
export async function measureDue(
  {
    api,
    productUrl,
    templateId,
  }: { readonly api: ApiClient; readonly productUrl: string; readonly templateId: string },
  { schedules, minutes }: { readonly schedules: number; readonly minutes: number },
  { cleanup, log }: BenchContext,
): Promise<DueTimes> {
  const client = new Client({ connectionString: productUrl });
  await client.connect();
  cleanup.add('the connection to the product’s database', () => client.end());
  await client.query('CREATE TABLE public.bench_timer (due timestamptz NOT NULL)');
  const ids = await defineSchedules(api, templateId, schedules);
  const first = Math.ceil((now() + SETTLE_MS) / MINUTE_MS) * MINUTE_MS;
  const limit: number[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    const due = first + minute * MINUTE_MS;
    log(`Waiting for ${new Date(due).toISOString().slice(11, 19)} UTC (${minute + 1} of ${minutes})…`);
    await delay(due - now());
    limit.push(await timerLateness(client, due));
  }
  const lateness = await requestTimes(client, ids, { from: first, to: first + (minutes - 1) * MINUTE_MS });
  return { lateness, limit };
}

async function defineSchedules(api: ApiClient, templateId: string, count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => `Orders ${index + 1}`);
  const ids: string[] = [];
  await concurrently(4, async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const { body } = await api.expectOk<{ id: string }>('POST', '/v1/schedules', {
        ...{ templateId, name, timeZone: 'UTC' },
        recurrence: { type: 'minutes', every: 1 },
      });
      ids.push(body.id);
    }
  });
  return ids;
}

async function timerLateness(client: Client, due: number): Promise<number> {
  await client.query('INSERT INTO public.bench_timer VALUES ($1)', [new Date(due)]);
  return now() - due;
}

/** Milliseconds from each due time to its request in the store, once every occurrence of these minutes has been requested. */
export async function requestTimes(
  client: Client,
  scheduleIds: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly number[]> {
  const expected = scheduleIds.length * (Math.round((to - from) / MINUTE_MS) + 1);
  for (const giveUpAt = now() + PATIENCE_MS; ;) {
    const { rows } = await client.query<{ late: number }>(
      `SELECT (extract(epoch FROM recorded_at - (data #>> '{request,nominalTime}')::timestamptz) * 1000)::float8 AS late
       FROM event_store.event
       WHERE type = 'JobRequested' AND data #>> '{request,scheduleId}' = ANY ($1)
         AND (data #>> '{request,nominalTime}')::timestamptz BETWEEN $2 AND $3`,
      [scheduleIds, new Date(from), new Date(to)],
    );
    if (rows.length === expected) return rows.map(({ late }) => late);
    if (rows.length > expected || now() > giveUpAt) {
      throw new Error(`${rows.length} jobs were requested for ${expected} occurrences`);
    }
    await delay(200);
  }
}
