import type { Append, EventStore } from '#event-sourcing';
import { percentile } from '../harness/statistics';
import { newStream } from './events';

interface SingleAppends {
  readonly perSecond: number;
  /** Milliseconds that 99 of 100 appends take at most. */
  readonly p99Ms: number;
}

/** Callers that each append one event to a new stream, wait for the answer, and append the next. */
export async function measureSingles(
  store: EventStore,
  { callers, appends }: { readonly callers: number; readonly appends: number },
): Promise<SingleAppends> {
  // Made beforehand: it is the store that is measured.
  const waiting = Array.from({ length: appends }, newStream);
  const started = performance.now();
  const latencies = await appendSingly(store, callers, waiting);
  return { perSecond: perSecond(appends, started), p99Ms: percentile(latencies, 99) };
}

/** The appends one by one, each caller's next when the last was answered; gives how long each took, in milliseconds. */
export async function appendSingly(
  store: EventStore,
  callers: number,
  appends: readonly Append[],
): Promise<readonly number[]> {
  const waiting = [...appends];
  const latencies: number[] = [];
  await concurrently(callers, async () => {
    for (let append = waiting.pop(); append; append = waiting.pop()) {
      const sent = performance.now();
      const outcome = await store.append(append);
      latencies.push(performance.now() - sent);
      if (!outcome.ok) throw new Error(`the append to ${append.streamId} was refused: ${outcome.reason}`);
    }
  });
  return latencies;
}

/** Callers that each append batches, every event in a new stream; gives events a second. */
export async function measureBatches(
  store: EventStore,
  { callers, events, batch }: { readonly callers: number; readonly events: number; readonly batch: number },
): Promise<number> {
  const waiting = Array.from({ length: events }, newStream);
  const started = performance.now();
  await concurrently(callers, async () => {
    for (let appends = waiting.splice(-batch); appends.length > 0; appends = waiting.splice(-batch)) {
      const outcomes = await store.appendMany(appends);
      if (outcomes.some((outcome) => !outcome.ok)) throw new Error('an append of a batch was refused');
    }
  });
  return perSecond(events, started);
}

/** Waits for all of them, also when one fails, so that none goes on in the background. */
export async function concurrently(callers: number, work: () => Promise<void>): Promise<void> {
  const ends = await Promise.allSettled(Array.from({ length: callers }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

export function perSecond(count: number, started: number): number {
  return count / ((performance.now() - started) / 1000);
}
