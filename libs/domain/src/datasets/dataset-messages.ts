import type { DomainRefusal } from '#event-sourcing';
import type { DatasetId, Instant, UserId } from '../identifiers';
import type { DatasetColumn } from '../reports/data-type';

/** A table or view of a data source, opened for reports. */
export interface DatasetDefinition {
  readonly name: string;
  readonly description: string | null;
  /** Name of the data source, of the settings or registered. */
  readonly dataSource: string;
  readonly relation: { readonly schema: string; readonly name: string };
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
  | { readonly type: 'RetireDataset'; readonly datasetId: DatasetId; readonly at: Instant };

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
  | { readonly type: 'DatasetRetired'; readonly datasetId: DatasetId; readonly at: Instant };

export type DatasetState =
  | { readonly status: 'absent' }
  | { readonly status: 'active' | 'retired'; readonly datasetId: DatasetId; readonly definition: DatasetDefinition };

export type DatasetRefusal = DomainRefusal & {
  readonly code:
    'dataset.exists' | 'dataset.missing' | 'dataset.retired' | 'dataset.columns_empty' | 'dataset.duplicate_column';
};
