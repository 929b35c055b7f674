import {
  DataSourceError,
  describeQuery,
  type DataSource,
  type DataSourceErrorCode,
  type LiveColumn,
  type QueryOptions,
  type Statement,
} from '#data-sources';
import type { DatasetDefinition } from '#domain';

/** What a data source has of a dataset: its columns; null when the table is gone; the error with which its query is refused. */
export type LiveColumns = readonly LiveColumn[] | DataSourceError | null;

export interface LiveDataset {
  readonly columns: LiveColumns;
  /** The dataset's query, vetted a moment ago; null when it has none, or it is refused. */
  readonly query: Statement | null;
}

/** Asks the data source for what it has of the dataset now. Throws a `DataSourceError` when it cannot say. */
export async function liveDataset(
  source: DataSource,
  { relation, query }: DatasetDefinition,
  options?: QueryOptions,
): Promise<LiveDataset> {
  if (query === null) return { columns: await source.introspect(relation, options), query: null };
  try {
    const { columns, from } = await describeQuery(source, query, options);
    return { columns, query: from };
  } catch (error) {
    if (!(error instanceof DataSourceError) || !OF_THE_QUERY.has(error.code)) throw error;
    return { columns: error, query: null };
  }
}

/** What another try of the same query would end in as well. */
const OF_THE_QUERY = new Set<DataSourceErrorCode>([
  'data_source.query_refused',
  'data_source.query_unsupported',
  'data_source.relation_missing',
  'data_source.column_missing',
  'data_source.permission_denied',
  'data_source.value_invalid',
]);
