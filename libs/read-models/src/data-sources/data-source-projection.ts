import type {
  Blackout,
  DataSourceDefinition,
  DataSourceEvent,
  FileOptions,
  MySqlOptions,
  PostgresOptions,
} from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, type Statement, type Table } from '../projection/table';

interface DataSourceRow {
  data_source_id: string;
  name: string;
  description: string | null;
  kind: DataSourceDefinition['kind'];
  postgres: PostgresOptions | null;
  mysql: MySqlOptions | null;
  file: FileOptions | null;
  blackouts: readonly Blackout[];
  secret_id: string | null;
  status: 'active' | 'retired';
  revision: number;
  registered_by: string;
  created_at: string;
  updated_at: string;
}

const DATA_SOURCES: Table<DataSourceRow> = {
  name: 'data_source',
  key: ['data_source_id'],
  fixed: ['name'],
  // A retired name can be registered anew, by somebody else.
  changing: [
    'description',
    'kind',
    'postgres',
    'mysql',
    'file',
    'blackouts',
    'secret_id',
    'status',
    'revision',
    'registered_by',
    'created_at',
    'updated_at',
  ],
  newer: NEWER_REVISION,
};

export const DATA_SOURCE_EVENTS: Readonly<Record<DataSourceEvent['type'], true>> = {
  DataSourceRegistered: true,
  DataSourceRevised: true,
  DataSourceRetired: true,
};

/** What a batch of data source events does to data_source. */
export function dataSourceStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const sources = new StreamRows<DataSourceRow>();
  for (const recorded of events) {
    const event = toDomainEvent<DataSourceEvent>(recorded);
    const id = event.dataSourceId;
    const change = { data_source_id: id, revision: recorded.revision, updated_at: event.at };
    switch (event.type) {
      case 'DataSourceRegistered':
        sources.make(id, {
          ...change,
          ...event.definition,
          name: event.name,
          secret_id: event.secretId,
          status: 'active',
          registered_by: event.by,
          created_at: event.at,
        });
        break;
      case 'DataSourceRevised':
        sources.change(id, { ...change, ...event.definition, secret_id: event.secretId });
        break;
      case 'DataSourceRetired':
        sources.change(id, { ...change, status: 'retired', secret_id: null });
        break;
    }
  }
  return sources.statements(schema, DATA_SOURCES);
}
