import type { Pool, PoolClient } from '#database';
import type { CircuitEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { QUEUE_CHANNEL } from '../queue/export-queue';

/** Tells all exporters that a data source has failed, or that a circuit is another. */
export const CIRCUIT_CHANNEL = 'circuit';

export const CIRCUIT_EVENTS: readonly CircuitEvent['type'][] = ['CircuitOpened', 'CircuitClosed'];

interface CircuitChange {
  readonly event: CircuitEvent;
  readonly revision: number;
}

/** What a batch says of circuits, in the order of the events. */
export function circuitChangesOf(events: readonly RecordedEvent[]): readonly CircuitChange[] {
  const types = new Set<string>(CIRCUIT_EVENTS);
  return events
    .filter(({ type }) => types.has(type))
    .map((recorded) => ({ event: toDomainEvent<CircuitEvent>(recorded), revision: recorded.revision }));
}

/** Rare events, one after another: a later revision wins, and a repeat changes nothing. Whoever waits for the data source looks again. */
export async function recordCircuits(client: Pool | PoolClient, changes: readonly CircuitChange[]): Promise<void> {
  for (const { event, revision } of changes) {
    if (event.type === 'CircuitOpened') {
      await client.query(
        `INSERT INTO exporter.circuit AS c (data_source, failures, open_until, revision) VALUES ($1, $2, $3, $4)
         ON CONFLICT (data_source) DO UPDATE
         SET failures = greatest(c.failures, EXCLUDED.failures), open_until = EXCLUDED.open_until, revision = EXCLUDED.revision
         WHERE c.revision < EXCLUDED.revision`,
        [event.dataSource, event.failures, event.until, revision],
      );
    } else {
      await client.query(
        `UPDATE exporter.circuit SET failures = 0, open_until = NULL, revision = $2 WHERE data_source = $1 AND revision < $2`,
        [event.dataSource, revision],
      );
    }
  }
  if (changes.length === 0) return;
  await client.query(`SELECT pg_notify('${QUEUE_CHANNEL}', ''), pg_notify('${CIRCUIT_CHANNEL}', '')`);
}
