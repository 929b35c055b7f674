import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';

const LOOK_EVERY_MS = 20;

/** Waits until the schedulers have taken in so many schedules that are due some time. */
export async function untilTakenIn(client: Client, schedules: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ found: number }>(
      'SELECT count(*)::int AS found FROM scheduler.due WHERE next_run_at IS NOT NULL',
    );
    if ((rows[0]?.found ?? 0) >= schedules) return;
    await delay(500, undefined, { signal });
  }
}

/** Waits until no schedule is due at or before a time any more, and gives the time at which that was seen. */
export async function untilMoved(client: Client, due: Date, giveUpAt: number): Promise<number> {
  for (;;) {
    const { rows } = await client.query<{ next: Date | null }>('SELECT min(next_run_at) AS next FROM scheduler.due');
    const next = rows[0]?.next ?? null;
    if (next === null || next > due) return Date.now();
    if (Date.now() > giveUpAt) throw new Error(`schedules that were due at ${due.toISOString()} still are`);
    await delay(LOOK_EVERY_MS);
  }
}
