import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../event-store';

/** An event whose content does not matter to the test. */
export function someEvent(
  type = 'SomethingHappened',
  data: unknown = { number: 1, text: 'ä "quoted" \\ line\nbreak' },
): NewEvent {
  return {
    id: randomUUID(),
    type,
    data,
    metadata: {
      commandId: randomUUID(),
      correlationId: randomUUID(),
      causationId: null,
      actor: randomUUID(),
      traceparent: null,
      schemaVersion: 1,
    },
  };
}

export function someEvents(count: number, type?: string): readonly NewEvent[] {
  return Array.from({ length: count }, (_, index) => someEvent(type, { index }));
}

/** A stream of its own for each call, so that suites can share a store. */
export function someStream(): string {
  return `thing-${randomUUID()}`;
}

/** Deterministic shuffle (Fisher–Yates over a linear congruential generator; constants of Numerical Recipes). */
export function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const result = [...items];
  let state = seed >>> 0;
  for (let index = result.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (index + 1);
    [result[index], result[other]] = [result[other] as Item, result[index] as Item];
  }
  return result;
}
