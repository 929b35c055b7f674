import type { DatasetColumn, DatasetDefinition, DatasetEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, type Statement, type Table } from '../projection/table';

export interface DatasetRow {
  dataset_id: string;
  name: string;
  description: string | null;
  data_source: string;
  relation_schema: string;
  relation_name: string;
  query: string | null;
  columns: readonly DatasetColumn[];
  row_limit: number | null;
  status: 'active' | 'retired';
  revision: number;
  registered_by: string;
  created_at: string;
  updated_at: string;
}

const DATASETS: Table<DatasetRow> = {
  name: 'dataset',
  key: ['dataset_id'],
  fixed: ['registered_by', 'created_at'],
  changing: [
    'name',
    'description',
    'data_source',
    'relation_schema',
    'relation_name',
    'query',
    'columns',
    'row_limit',
    'status',
    'revision',
    'updated_at',
  ],
  newer: NEWER_REVISION,
};

export const DATASET_EVENTS: Readonly<Record<DatasetEvent['type'], true>> = {
  DatasetRegistered: true,
  DatasetRevised: true,
  DatasetRetired: true,
  DatasetRefreshed: true,
};

/** What a batch of dataset events does to dataset. */
export function datasetStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const datasets = new StreamRows<DatasetRow>();
  for (const recorded of events) {
    const event = toDomainEvent<DatasetEvent>(recorded);
    const id = event.datasetId;
    const change = { dataset_id: id, revision: recorded.revision, updated_at: event.at };
    switch (event.type) {
      case 'DatasetRegistered':
        datasets.make(id, {
          ...change,
          ...contents(event.definition),
          status: 'active',
          registered_by: event.by,
          created_at: event.at,
        });
        break;
      case 'DatasetRevised':
        datasets.change(id, { ...change, ...contents(event.definition) });
        break;
      case 'DatasetRetired':
        datasets.change(id, { ...change, status: 'retired' });
        break;
      case 'DatasetRefreshed':
        datasets.change(id, { dataset_id: id, revision: recorded.revision });
        break;
    }
  }
  return datasets.statements(schema, DATASETS);
}

function contents(definition: DatasetDefinition) {
  return {
    name: definition.name,
    description: definition.description,
    data_source: definition.dataSource,
    relation_schema: definition.relation.schema,
    relation_name: definition.relation.name,
    query: definition.query,
    columns: definition.columns,
    row_limit: definition.rowLimit,
  };
}
