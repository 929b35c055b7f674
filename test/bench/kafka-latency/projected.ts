import { setTimeout as delay } from 'node:timers/promises';
import { newStream } from '../append/events';
import type { System } from './system';

export interface Pace {
  /** Appends begun in a second, whether or not the ones before have been answered. */
  readonly rate: number;
  readonly events: number;
}

interface Projected {
  /** Milliseconds of each event, from the call of its append until its row can be read. */
  readonly latencies: readonly number[];
  /** Appends that were in fact begun in a second. */
  readonly perSecond: number;
}

/** Appends at a steady pace, and waits until every event has been projected. */
export async function measureProjected(system: System, { rate, events }: Pace): Promise<Projected> {
  const waiting = Array.from({ length: events }, newStream);
  const following: Promise<number>[] = [];
  const started = performance.now();
  for (const [index, append] of waiting.entries()) {
    const wait = started + (index * 1000) / rate - performance.now();
    if (wait > 0) await delay(wait);
    following.push(appendAndFollow(system, append));
  }
  const seconds = (performance.now() - started) / 1000;
  return { latencies: await Promise.all(following), perSecond: events / seconds };
}

async function appendAndFollow(
  { parts: { eventStore, eventFeed }, watch }: System,
  append: ReturnType<typeof newStream>,
): Promise<number> {
  const called = performance.now();
  const outcome = await eventStore.append(append);
  if (!outcome.ok) throw new Error(`the append to ${append.streamId} was refused: ${outcome.reason}`);
  await watch.reached(eventFeed.sourceOf(append.streamId), outcome.position);
  return performance.now() - called;
}
