import type { RecordedEvent } from '#event-sourcing';

/** A row of `read_model.audit_trail`. */
export interface AuditRow {
  readonly position: bigint;
  readonly eventId: string;
  readonly streamId: string;
  readonly revision: number;
  readonly type: string;
}

/** The audit trail has every event, once, in the one order over all streams. A sentence for each fault. */
export function checkAuditTrail(rows: readonly AuditRow[], events: readonly RecordedEvent[]): readonly string[] {
  const violations: string[] = [];
  const positions = new Set(rows.map(({ position }) => position));
  for (const { position, type } of events) {
    if (!positions.has(position)) violations.push(`the audit trail lacks ${type} at position ${position}`);
  }
  const stored = new Map(events.map((event) => [event.position, event]));
  rows.forEach(({ position, eventId, streamId, revision, type }, index) => {
    const before = rows[index - 1];
    if (before && before.position >= position) violations.push(`the audit trail is out of order at ${position}`);
    const event = stored.get(position);
    if (!event) violations.push(`the audit trail has position ${position}, which is not in the store`);
    else if (
      event.id !== eventId ||
      event.streamId !== streamId ||
      event.revision !== revision ||
      event.type !== type
    ) {
      violations.push(`the audit trail tells something else of position ${position}`);
    }
  });
  return violations;
}
