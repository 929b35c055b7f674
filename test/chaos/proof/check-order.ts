import type { RecordedEvent } from '#event-sourcing';
import { byStream } from './streams';

/** The store on PostgreSQL: positions without gaps, revisions without gaps, and no event twice. A sentence for each fault. */
export function checkOrder(events: readonly RecordedEvent[]): readonly string[] {
  const violations: string[] = [];
  events.forEach(({ position }, index) => {
    const due = BigInt(index + 1);
    if (position !== due) violations.push(`position ${position} stands where ${due} is due`);
  });
  for (const [streamId, history] of byStream(events)) {
    if (history.some(({ revision }, index) => revision !== index)) {
      violations.push(`${streamId} has a gap in its revisions`);
    }
  }
  if (new Set(events.map(({ id }) => id)).size !== events.length) violations.push('an event id stands twice');
  return violations;
}
