import type { CircuitEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, type Statement, type Table } from '../projection/table';

interface CircuitRow {
  data_source_id: string;
  data_source: string;
  status: 'open' | 'closed';
  code: string;
  failures: number;
  openings: number;
  open_until: string;
  opened_at: string;
  closed_at: string | null;
  closed_by: string | null;
  revision: number;
}

const CIRCUITS: Table<CircuitRow> = {
  name: 'circuit',
  key: ['data_source_id'],
  fixed: ['data_source'],
  changing: ['status', 'code', 'failures', 'openings', 'open_until', 'opened_at', 'closed_at', 'closed_by', 'revision'],
  newer: NEWER_REVISION,
};

export const CIRCUIT_EVENTS: Readonly<Record<CircuitEvent['type'], true>> = {
  CircuitOpened: true,
  CircuitClosed: true,
};

/** What a batch of circuit events does to circuit. */
export function circuitStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const circuits = new StreamRows<CircuitRow>();
  for (const recorded of events) {
    const { revision } = recorded;
    const event = toDomainEvent<CircuitEvent>(recorded);
    const { dataSourceId: id, at } = event;
    switch (event.type) {
      // Says all that the row holds, whatever was there before.
      case 'CircuitOpened': {
        const { dataSource, code, failures, openings, until } = event;
        const row = { data_source_id: id, data_source: dataSource, code, failures, openings, open_until: until };
        circuits.make(id, { ...row, status: 'open', opened_at: at, closed_at: null, closed_by: null, revision });
        break;
      }
      case 'CircuitClosed':
        circuits.change(id, { data_source_id: id, status: 'closed', closed_at: at, closed_by: event.by, revision });
        break;
    }
  }
  return circuits.statements(schema, CIRCUITS);
}
