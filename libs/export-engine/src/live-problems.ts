import { DataSourceError, type LiveColumn } from '#data-sources';
import {
  expressionColumns,
  type DatasetDefinition,
  type DatasetColumn,
  type DataType,
  type DefinitionProblem,
  type FilterNode,
  type TemplateDefinition,
} from '#domain';
import type { LiveColumns } from './live-dataset';

/**
 * What the data source itself says against a definition that fits its dataset: the table is gone, its query is refused, a column that
 * the report uses is gone, or has another type than the dataset declares.
 *
 * @param live as `liveDataset` gives it
 */
export function liveProblems(
  definition: TemplateDefinition,
  dataset: DatasetDefinition,
  live: LiveColumns,
): DefinitionProblem[] {
  if (!isReadable(live)) return [unreadable(dataset, live)];
  const declared = new Map(dataset.columns.map((column) => [column.name, column]));
  const found = new Map(live.map((column) => [column.name, column]));
  return uses(definition).flatMap(({ name, pointer }) => {
    const column = declared.get(name);
    return column ? columnProblems(column, found.get(name), pointer) : [];
  });
}

export function isReadable(live: LiveColumns): live is readonly LiveColumn[] {
  return live !== null && !(live instanceof DataSourceError);
}

/** @param error with which the dataset's query is refused; null: its table is gone */
export function unreadable(
  { relation, name }: DatasetDefinition,
  error: DataSourceError | null,
): LiveProblem<'dataset.relation_missing' | 'dataset.query_invalid'> {
  if (error) {
    const message = `The query of the dataset "${name}" does not run any more. ${error.message}`;
    return { code: 'dataset.query_invalid', pointer: '/datasetId', message };
  }
  const message = `The table or view "${relation.schema}"."${relation.name}" of the dataset "${name}" no longer exists.`;
  return { code: 'dataset.relation_missing', pointer: '/datasetId', message };
}

/** At most one: the column is gone, or has another type than it is declared with. */
export function columnProblems(
  declared: DatasetColumn,
  live: LiveColumn | undefined,
  pointer: string,
): LiveProblem<'dataset.column_missing' | 'dataset.column_type_changed'>[] {
  if (!live) {
    const message = `The column "${declared.name}" no longer exists in the data source.`;
    return [{ code: 'dataset.column_missing', pointer, message }];
  }
  if (fits(declared.type, live.type)) return [];
  const message = `The column "${declared.name}" is now of type ${live.databaseType}; the dataset declares ${declared.type}.`;
  return [{ code: 'dataset.column_type_changed', pointer, message }];
}

/** Everything has a text form, whole numbers are decimals too, and whoever declares a number may say that it is an amount or a share. */
function fits(declared: DataType, live: DataType): boolean {
  if (declared === live || declared === 'string') return true;
  if (live === 'integer') return declared === 'decimal' || declared === 'currency' || declared === 'percent';
  return live === 'decimal' && (declared === 'currency' || declared === 'percent');
}

type LiveProblem<Code extends DefinitionProblem['code']> = DefinitionProblem & { readonly code: Code };

interface Use {
  readonly name: string;
  /** JSON pointer into the definition. */
  readonly pointer: string;
}

function uses(definition: TemplateDefinition): Use[] {
  return [
    ...definition.columns.flatMap(({ column }, index) =>
      column === null ? [] : [{ name: column, pointer: `/columns/${index}/column` }],
    ),
    ...definition.columns.flatMap(({ expression }, index) =>
      expression === null
        ? []
        : expressionColumns(expression).map((name) => ({ name, pointer: `/columns/${index}/expression` })),
    ),
    ...(definition.filter ? filterUses(definition.filter, '/filter') : []),
    ...(definition.groupBy ?? []).map((name, index) => ({ name, pointer: `/groupBy/${index}` })),
  ];
}

function filterUses(node: FilterNode, pointer: string): Use[] {
  switch (node.type) {
    case 'and':
    case 'or':
      return node.nodes.flatMap((child, index) => filterUses(child, `${pointer}/nodes/${index}`));
    case 'not':
      return filterUses(node.node, `${pointer}/node`);
    case 'condition':
      return [{ name: node.column, pointer: `${pointer}/column` }];
  }
}
