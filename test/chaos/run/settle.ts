import { setTimeout as delay } from 'node:timers/promises';
import { isEnded } from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { byStream, stateOf } from '../proof/streams';
import type { ChaosSystem } from '../system/chaos-system';
import { allEvents, withClient } from '../system/database';

const LOOK_EVERY_MS = 250;

/**
 * Waits until nothing more is to be done: no occurrence is due or late, and every job has ended. Gives all events then, or those
 * that there are when the time (milliseconds) is over: whoever checks them finds what is missing.
 */
export async function untilSettled(system: ChaosSystem, withinMs: number): Promise<readonly RecordedEvent[]> {
  return withClient(system.databaseUrl, async (client) => {
    for (const giveUpAt = performance.now() + withinMs; ;) {
      const { rows } = await client.query<{ busy: boolean }>(
        `SELECT EXISTS (SELECT FROM scheduler.catch_up)
             OR EXISTS (SELECT FROM scheduler.due WHERE next_run_at <= now()) AS busy`,
      );
      const events = await allEvents(client);
      const open = [...byStream(events)].some(([streamId, history]) => {
        const state = streamId.startsWith('job-') ? stateOf(history) : null;
        return state && state.status !== 'skipped' && state.status !== 'absent' && !isEnded(state.status);
      });
      if ((!rows[0]?.busy && !open) || performance.now() > giveUpAt) return events;
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
