import type { PoolClient } from '#database';
import type { Blackout, DatasetEvent, DatasetId, DataSourceEvent, DataSourceId } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { QUEUE_CHANNEL } from './export-queue';

type SourceEvent =
  | Extract<DatasetEvent, { type: 'DatasetRegistered' | 'DatasetRevised' | 'DatasetRetired' }>
  | Extract<DataSourceEvent, { type: 'DataSourceRegistered' | 'DataSourceRevised' }>;

/** The events that say what datasets read from, and what is to be minded there. */
export const SOURCE_EVENTS: readonly SourceEvent['type'][] = [
  'DatasetRegistered',
  'DatasetRevised',
  'DatasetRetired',
  'DataSourceRegistered',
  'DataSourceRevised',
];

interface DatasetChange {
  readonly datasetId: DatasetId;
  /** Null when it was retired: what it was stays. */
  readonly dataSource: string | null;
  readonly revision: number;
}

interface DataSourceChange {
  readonly dataSourceId: DataSourceId;
  /** Null when it was revised: a name never changes. */
  readonly name: string | null;
  readonly maxConnections: number | null;
  readonly blackouts: readonly Blackout[];
  readonly revision: number;
}

export interface SourceChanges {
  readonly datasets: readonly DatasetChange[];
  readonly dataSources: readonly DataSourceChange[];
}

/** What a batch says, in the order of the events. */
export function sourceChangesOf(events: readonly RecordedEvent[]): SourceChanges {
  const datasets: DatasetChange[] = [];
  const dataSources: DataSourceChange[] = [];
  const types = new Set<string>(SOURCE_EVENTS);
  for (const recorded of events) {
    if (!types.has(recorded.type)) continue;
    const { revision } = recorded;
    const event = toDomainEvent<SourceEvent>(recorded);
    switch (event.type) {
      case 'DatasetRegistered':
      case 'DatasetRevised':
        datasets.push({ datasetId: event.datasetId, dataSource: event.definition.dataSource, revision });
        break;
      case 'DatasetRetired':
        datasets.push({ datasetId: event.datasetId, dataSource: null, revision });
        break;
      case 'DataSourceRegistered':
      case 'DataSourceRevised': {
        const { dataSourceId, definition } = event;
        const name = event.type === 'DataSourceRegistered' ? event.name : null;
        const { postgres, mysql, blackouts } = definition;
        const maxConnections = (postgres ?? mysql)?.maxConnections ?? null;
        dataSources.push({ dataSourceId, name, maxConnections, blackouts, revision });
        break;
      }
    }
  }
  return { datasets, dataSources };
}

/** Rare events, one after another: a later revision wins, and a repeat changes nothing. */
export async function recordSources(client: PoolClient, { datasets, dataSources }: SourceChanges): Promise<void> {
  for (const { datasetId, dataSource, revision } of datasets) {
    if (dataSource === null) {
      await client.query(
        'UPDATE exporter.dataset SET retired = true, revision = $2 WHERE dataset_id = $1 AND revision < $2',
        [datasetId, revision],
      );
    } else {
      await client.query(
        `INSERT INTO exporter.dataset AS d (dataset_id, data_source, retired, revision) VALUES ($1, $2, false, $3)
         ON CONFLICT (dataset_id) DO UPDATE
         SET data_source = EXCLUDED.data_source, retired = false, revision = EXCLUDED.revision
         WHERE d.revision < EXCLUDED.revision`,
        [datasetId, dataSource, revision],
      );
    }
  }
  for (const { dataSourceId, name, maxConnections, blackouts, revision } of dataSources) {
    const values = [dataSourceId, maxConnections, revision, JSON.stringify(blackouts)];
    if (name === null) {
      await client.query(
        `UPDATE exporter.data_source SET max_connections = $2, revision = $3, blackouts = $4
         WHERE data_source_id = $1 AND revision < $3`,
        values,
      );
    } else {
      await client.query(
        `INSERT INTO exporter.data_source AS s (data_source_id, max_connections, revision, blackouts, name) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (data_source_id) DO UPDATE
         SET max_connections = EXCLUDED.max_connections, blackouts = EXCLUDED.blackouts, revision = EXCLUDED.revision
         WHERE s.revision < EXCLUDED.revision`,
        [...values, name],
      );
    }
  }
  if (datasets.length + dataSources.length > 0) await client.query(`SELECT pg_notify('${QUEUE_CHANNEL}', '')`);
}
