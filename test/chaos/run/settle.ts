import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from '#event-sourcing';
import type { ChaosSystem } from '../system/chaos-system';
import { allEvents, withClient } from '../system/database';

const LOOK_EVERY_MS = 250;

/**
 * Waits until nothing more is to be done: no occurrence is due or late, and nothing is open any more. Or until the time (milliseconds) is
 * over: whoever checks finds what is missing.
 *
 * @param isOpen whether the events tell of something that has not ended
 */
export async function untilSettled(
  system: ChaosSystem,
  isOpen: (events: readonly RecordedEvent[]) => boolean,
  withinMs: number,
): Promise<void> {
  return withClient(system.databaseUrl, async (client) => {
    for (const giveUpAt = performance.now() + withinMs; ;) {
      const { rows } = await client.query<{ busy: boolean }>(
        `SELECT EXISTS (SELECT FROM scheduler.catch_up)
             OR EXISTS (SELECT FROM scheduler.due WHERE next_run_at <= now()) AS busy`,
      );
      const isBusy = rows[0]?.busy || isOpen(await allEvents(client));
      if (!isBusy || performance.now() > giveUpAt) return;
      await delay(LOOK_EVERY_MS);
    }
  });
}

/**
 * Starts the exporters anew, whose sweepers begin with a look at everything, and waits until the files are clean or the time
 * (milliseconds) is over. Gives all events then.
 */
export async function untilSwept(
  system: ChaosSystem,
  isClean: (events: readonly RecordedEvent[]) => boolean,
  withinMs: number,
): Promise<readonly RecordedEvent[]> {
  const exporters = system.processes.filter(({ name }) => name.startsWith('exporter.'));
  for (const exporter of exporters) {
    await exporter.kill();
    await exporter.start();
  }
  return withClient(system.databaseUrl, async (client) => {
    for (const giveUpAt = performance.now() + withinMs; ;) {
      const events = await allEvents(client);
      if (isClean(events) || performance.now() > giveUpAt) return events;
      await delay(LOOK_EVERY_MS);
    }
  });
}
