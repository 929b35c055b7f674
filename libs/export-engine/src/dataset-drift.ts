import type { DatasetDefinition } from '#domain';
import type { LiveColumns } from './live-dataset';
import { columnProblems, isReadable, unreadable } from './live-problems';

/** One difference between what a dataset declares and what its data source has now. */
export interface Drift {
  readonly code:
    | 'dataset.relation_missing'
    | 'dataset.query_invalid'
    | 'dataset.column_missing'
    | 'dataset.column_type_changed'
    | 'dataset.column_undeclared';
  /** Null when it is about the whole table, view or query. */
  readonly column: string | null;
  /** Whether reports that use it fail; false for a column that is there and not declared. */
  readonly breaking: boolean;
  readonly message: string;
}

/**
 * All that has drifted, in the order of the dataset's columns, then undeclared ones in that of the table.
 *
 * @param live as `liveDataset` gives it
 */
export function datasetDrift(dataset: DatasetDefinition, live: LiveColumns): Drift[] {
  if (!isReadable(live)) {
    const { code, message } = unreadable(dataset, live);
    return [{ code, column: null, breaking: true, message }];
  }
  const found = new Map(live.map((column) => [column.name, column]));
  const declared = new Set(dataset.columns.map(({ name }) => name));
  const broken = dataset.columns.flatMap((column) =>
    columnProblems(column, found.get(column.name), '').map(({ code, message }) => ({
      code,
      column: column.name,
      breaking: true,
      message,
    })),
  );
  const undeclared = live
    .filter(({ name }) => !declared.has(name))
    .map(({ name, databaseType }) => ({
      code: 'dataset.column_undeclared' as const,
      column: name,
      breaking: false,
      message: `The column "${name}" of type ${databaseType} is not declared: reports cannot use it.`,
    }));
  return [...broken, ...undeclared];
}
