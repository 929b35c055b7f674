import type { DomainRefusal } from '#event-sourcing';
import type { DatasetId, Instant, UserId } from '../identifiers';
import type { DatasetColumn } from '../reports/data-type';

/** Characters (UTF-16 code units) that the text of a dataset's query may have. */
export const MOST_QUERY_CHARACTERS = 100_000;

/** Stands for the table of a dataset that has a query. No table has an empty name, so whoever overlooks the query finds none. */
export const NO_RELATION: DatasetDefinition['relation'] = { schema: '', name: '' };

/** A table, a view or the rows of a query of a data source, opened for reports. */
export interface DatasetDefinition {
  readonly name: string;
  readonly description: string | null;
  /** Name of the data source, of the settings or registered. */
  readonly dataSource: string;
  /** The table or view; `NO_RELATION` with a query. */
  readonly relation: { readonly schema: string; readonly name: string };
  /** A SELECT whose rows are the dataset, as an administrator wrote it; null for a table or view. It is vetted before each use. */
  readonly query: string | null;
  readonly columns: readonly DatasetColumn[];
  /** The most rows of a report over it, or null for no limit of its own. */
  readonly rowLimit: number | null;
}

export type DatasetCommand =
  | {
      readonly type: 'RegisterDataset';
      readonly datasetId: DatasetId;
      readonly definition: DatasetDefinition;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'ReviseDataset';
      readonly datasetId: DatasetId;
      readonly definition: DatasetDefinition;
      readonly at: Instant;
    }
  | { readonly type: 'RetireDataset'; readonly datasetId: DatasetId; readonly at: Instant }
  /** Its source has new data: schedules that wait for that may run. */
  | { readonly type: 'RefreshDataset'; readonly datasetId: DatasetId; readonly by: UserId; readonly at: Instant };

export type DatasetEvent =
  | {
      readonly type: 'DatasetRegistered';
      readonly datasetId: DatasetId;
      readonly definition: DatasetDefinition;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'DatasetRevised';
      readonly datasetId: DatasetId;
      readonly definition: DatasetDefinition;
      readonly at: Instant;
    }
  | { readonly type: 'DatasetRetired'; readonly datasetId: DatasetId; readonly at: Instant }
  | { readonly type: 'DatasetRefreshed'; readonly datasetId: DatasetId; readonly by: UserId; readonly at: Instant };

export type DatasetState =
  | { readonly status: 'absent' }
  | { readonly status: 'active' | 'retired'; readonly datasetId: DatasetId; readonly definition: DatasetDefinition };

export type DatasetRefusal = DomainRefusal & {
  readonly code:
    | 'dataset.exists'
    | 'dataset.missing'
    | 'dataset.retired'
    | 'dataset.columns_empty'
    | 'dataset.duplicate_column'
    | 'dataset.relation_or_query';
};
