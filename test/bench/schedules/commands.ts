import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../../deploy/demo/api-client';

/** Schedules that are there to be paused, each once. */
export interface Commanded {
  /** Takes the next one's id; undefined when none is left. */
  next(): string | undefined;
}

const COMMANDS_PER_SECOND = 50;

/**
 * Sends commands at a steady pace, whether or not the ones before have been answered, until the signal aborts. Gives the
 * milliseconds from each request to its answer.
 */
export async function loadWithCommands(
  api: ApiClient,
  commanded: Commanded,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const answers: Promise<number>[] = [];
  while (!signal.aborted) {
    const id = commanded.next();
    if (id === undefined) throw new Error('there are no schedules left to be paused');
    answers.push(pause(api, id));
    await delay(1000 / COMMANDS_PER_SECOND, undefined, { signal }).catch(() => undefined);
  }
  return Promise.all(answers);
}

async function pause(api: ApiClient, scheduleId: string): Promise<number> {
  const sent = performance.now();
  await api.expectOk('POST', `/v1/schedules/${scheduleId}/pause`, {});
  return performance.now() - sent;
}
