import type {
  DestinationDefinition,
  DestinationEvent,
  S3Destination,
  SftpDestination,
  WebhookDestination,
} from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, type Statement, type Table } from '../projection/table';

interface DestinationRow {
  destination_id: string;
  name: string;
  description: string | null;
  kind: DestinationDefinition['kind'];
  usable_by: DestinationDefinition['usableBy'];
  s3: S3Destination | null;
  sftp: SftpDestination | null;
  webhook: WebhookDestination | null;
  status: 'active' | 'retired';
  revision: number;
  registered_by: string;
  created_at: string;
  updated_at: string;
}

const DESTINATIONS: Table<DestinationRow> = {
  name: 'destination',
  key: ['destination_id'],
  fixed: ['name', 'registered_by', 'created_at'],
  changing: ['description', 'kind', 'usable_by', 's3', 'sftp', 'webhook', 'status', 'revision', 'updated_at'],
  newer: NEWER_REVISION,
};

export const DESTINATION_EVENTS: Readonly<Record<DestinationEvent['type'], true>> = {
  DestinationRegistered: true,
  DestinationRevised: true,
  DestinationRetired: true,
};

/** What a batch of destination events does to destination. */
export function destinationStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const destinations = new StreamRows<DestinationRow>();
  for (const recorded of events) {
    const event = toDomainEvent<DestinationEvent>(recorded);
    const id = event.destinationId;
    const change = { destination_id: id, revision: recorded.revision, updated_at: event.at };
    switch (event.type) {
      case 'DestinationRegistered':
        destinations.make(id, {
          ...change,
          ...columnsOf(event.definition),
          name: event.name,
          status: 'active',
          registered_by: event.by,
          created_at: event.at,
        });
        break;
      case 'DestinationRevised':
        destinations.change(id, { ...change, ...columnsOf(event.definition) });
        break;
      case 'DestinationRetired':
        destinations.change(id, { ...change, status: 'retired' });
        break;
    }
  }
  return destinations.statements(schema, DESTINATIONS);
}

function columnsOf({ usableBy, ...definition }: DestinationDefinition) {
  return { ...definition, usable_by: usableBy };
}
