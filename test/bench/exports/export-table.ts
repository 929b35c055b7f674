import { randomUUID } from 'node:crypto';
import type { DataSource, RelationName } from '#data-sources';
import { PLAIN_REPORT, selfServiceRequest, type DatasetDefinition, type JobInput, type OutputOptions } from '#domain';

export const DATA_SOURCE = 'sample';

/** What is exported: the same columns, in the same order, for every contestant. */
export interface ExportTable {
  readonly relation: RelationName;
  readonly columns: readonly ExportColumn[];
}

interface ExportColumn {
  readonly name: string;
  /** The report's format, or null for none. */
  readonly format: string | null;
}

export function selectRows({ relation, columns }: ExportTable, rows: number): string {
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  return `SELECT ${names} FROM "${relation.schema}"."${relation.name}" LIMIT ${rows}`;
}

/** The dataset as its registration would describe it. */
export async function datasetOf(source: DataSource, { relation }: ExportTable): Promise<DatasetDefinition> {
  const live = await source.introspect(relation);
  if (!live) throw new Error(`the sample database has no ${relation.name}`);
  const columns = live.map(({ name, type, nullable }) => ({ name, label: name, type, nullable, description: null }));
  return {
    name: relation.name,
    description: null,
    dataSource: DATA_SOURCE,
    relation,
    query: null,
    columns,
    rowLimit: null,
  };
}

/** The job input of a template that takes these columns of all rows. */
export function everyRow(
  table: ExportTable,
  datasetId: string,
  dataset: DatasetDefinition,
  { output, rowsPerSheet = null }: { readonly output: OutputOptions; readonly rowsPerSheet?: number | null },
): JobInput {
  const types = new Map(dataset.columns.map(({ name, type }) => [name, type]));
  const owner = randomUUID();
  const columns = table.columns.map(({ name, format }) => {
    const dataType = types.get(name);
    if (!dataType) throw new Error(`${table.relation.name} has no column ${name}`);
    return { column: name, header: name, dataType, expression: null, format, aggregate: null };
  });
  return selfServiceRequest({
    ...{ jobId: randomUUID(), owner, nominalTime: new Date().toISOString(), timeZone: 'UTC', priority: 'normal' },
    template: {
      ...{ status: 'active', templateId: randomUUID(), owner, shares: {}, retryPolicy: null },
      details: { name: dataset.name, description: null, tags: [] },
      definition: {
        ...PLAIN_REPORT,
        ...{ datasetId, columns, filter: null, groupBy: null, sort: [], rowLimit: null, output },
        limits: {
          ...PLAIN_REPORT.limits,
          ...(rowsPerSheet === null ? {} : { rowsPerSheet, whenReached: 'split_sheets' }),
        },
      },
    },
    ...{
      templateRevision: 0,
      schedule: null,
      rerunOf: null,
      parameters: [],
      maxAttempts: 1,
      startBefore: null,
      origin: 'run_now',
    },
  }).input;
}
