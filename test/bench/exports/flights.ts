import { randomUUID } from 'node:crypto';
import type { DataSource } from '#data-sources';
import { PLAIN_REPORT, selfServiceRequest, type DatasetDefinition, type JobInput, type OutputOptions } from '#domain';

export const DATA_SOURCE = 'sample';
export const FLIGHTS = { schema: 'public', name: 'flights' } as const;
/** What the sample database holds. */
export const ALL_FLIGHTS = 3_000_000;

/** The same columns, in the same order, for every contestant. */
export const COLUMNS = ['date', 'delay', 'distance', 'origin', 'destination'] as const;

export function selectFlights(rows: number): string {
  return `SELECT ${COLUMNS.map((name) => `"${name}"`).join(', ')} FROM public.flights LIMIT ${rows}`;
}

/** The dataset as its registration would describe it. */
export async function flightsDataset(source: DataSource): Promise<DatasetDefinition> {
  const live = await source.introspect(FLIGHTS);
  if (!live) throw new Error('the sample database has no flights');
  const columns = live.map(({ name, type, nullable }) => ({ name, label: name, type, nullable, description: null }));
  return { name: 'Flights', description: null, dataSource: DATA_SOURCE, relation: FLIGHTS, columns, rowLimit: null };
}

/** The job input of a template that takes all columns of all rows. */
export function everyFlight(datasetId: string, dataset: DatasetDefinition, output: OutputOptions): JobInput {
  const types = new Map(dataset.columns.map(({ name, type }) => [name, type]));
  const owner = randomUUID();
  const columns = COLUMNS.map((column) => {
    const dataType = types.get(column);
    if (!dataType) throw new Error(`the flights have no column ${column}`);
    return { column, header: column, dataType, expression: null, format: null, aggregate: null };
  });
  return selfServiceRequest({
    ...{ jobId: randomUUID(), owner, nominalTime: new Date().toISOString(), timeZone: 'UTC', priority: 'normal' },
    template: {
      ...{ status: 'active', templateId: randomUUID(), owner, shares: {} },
      details: { name: 'Flights', description: null, tags: [] },
      definition: {
        ...PLAIN_REPORT,
        datasetId,
        columns,
        filter: null,
        groupBy: null,
        sort: [],
        rowLimit: null,
        output,
      },
    },
    ...{ templateRevision: 0, schedule: null, rerunOf: null, maxAttempts: 1, startBefore: null, origin: 'run_now' },
  }).input;
}
