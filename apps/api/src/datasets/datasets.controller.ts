import { Controller, Inject } from '@nestjs/common';
import { DataSourceError, type DataSource, type LiveColumn } from '#data-sources';
import { dataSourceIdOf, NO_RELATION, type DatasetColumn, type DatasetDefinition } from '#domain';
import { derivedId } from '#event-sourcing';
import { datasetDrift, liveDataset } from '#export-engine';
import { DatasetQueries } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Streams } from '../commands/streams';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { readOne } from '../http/queries';
import { datasetOperations as operations } from './dataset.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

const LOOK_UP_MS = 10_000;

@Controller()
export class DatasetsController {
  private readonly queries: DatasetQueries;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
  ) {
    this.queries = new DatasetQueries(parts.pool);
  }

  @Handles(operations.register)
  async register(call: CallOf<'register'>) {
    const datasetId = derivedId(call.context.commandId, 'dataset');
    const at = call.now.toISOString();
    const outcome = await this.dispatcher.dataset(call, datasetId, async () => {
      return {
        type: 'RegisterDataset',
        datasetId,
        definition: await this.definitionOf(call.body),
        by: call.caller.userId,
        at,
      };
    });
    return answered(datasetId, outcome, { location: `/v1/datasets/${datasetId}` });
  }

  @Handles(operations.list)
  async list({ query }: CallOf<'list'>) {
    return { body: await this.queries.list(query) };
  }

  @Handles(operations.get)
  async get(call: CallOf<'get'>) {
    const { datasetId } = call.params;
    const read = () => this.queries.get(datasetId);
    const known = await read();
    if (known) return readOne(call, known);
    const loaded = await this.streams.dataset(datasetId);
    if (loaded.revision < 0) throw new Problem('dataset.missing', 'There is no such dataset.');
    return readOne(call, await this.streams.whenProjected(loaded, read));
  }

  @Handles(operations.drift)
  async drift({ params }: CallOf<'drift'>) {
    const { state } = await this.streams.dataset(params.datasetId);
    if (state.status === 'absent') throw new Problem('dataset.missing', 'There is no such dataset.');
    if (state.status === 'retired') throw new Problem('dataset.retired', 'A retired dataset is not read any more.');
    const { definition } = state;
    const source = await this.sourceOf(definition);
    const live = await liveDataset(source, definition, { timeoutMs: LOOK_UP_MS });
    const items = datasetDrift(definition, live.columns);
    return { body: { drifted: items.some(({ breaking }) => breaking), items } };
  }

  @Handles(operations.revise)
  async revise(call: CallOf<'revise'>) {
    const { datasetId } = call.params;
    const at = call.now.toISOString();
    const outcome = await this.dispatcher.dataset(call, datasetId, async (state) => {
      if (state.status === 'absent') throw new Problem('dataset.missing', 'There is no such dataset.');
      return { type: 'ReviseDataset', datasetId, definition: await this.definitionOf(call.body), at };
    });
    return answered(datasetId, outcome);
  }

  @Handles(operations.retire)
  async retire(call: CallOf<'retire'>) {
    const { datasetId } = call.params;
    const at = call.now.toISOString();
    const outcome = await this.dispatcher.dataset(call, datasetId, (state) => {
      if (state.status === 'absent') throw new Problem('dataset.missing', 'There is no such dataset.');
      return { type: 'RetireDataset', datasetId, at };
    });
    return answered(datasetId, outcome);
  }

  @Handles(operations.refreshed)
  async refreshed(call: CallOf<'refreshed'>) {
    const { datasetId } = call.params;
    const [by, at] = [call.caller.userId, call.now.toISOString()];
    const outcome = await this.dispatcher.dataset(call, datasetId, (state) => {
      if (state.status === 'absent') throw new Problem('dataset.missing', 'There is no such dataset.');
      return { type: 'RefreshDataset', datasetId, by, at };
    });
    return answered(datasetId, outcome);
  }

  private async sourceOf({ dataSource }: Pick<DatasetDefinition, 'dataSource'>): Promise<DataSource> {
    const read = () => this.parts.dataSources.get(dataSource);
    const source = await read();
    if (source) return source;
    // Registered a moment ago, perhaps.
    const loaded = await this.streams.dataSource(dataSourceIdOf(dataSource));
    if (loaded.state.status === 'active') return this.streams.whenProjected(loaded, read);
    throw new Problem('data_source.missing', `There is no data source "${dataSource}".`);
  }

  /** The definition, with the live columns where none are given. The table must be there, and the query run, in any case. */
  private async definitionOf({ columns, ...body }: CallOf<'register'>['body']): Promise<DatasetDefinition> {
    const given = { ...body, relation: body.relation ?? NO_RELATION };
    const live = await readableColumns(await this.sourceOf(given), { ...given, columns: [] });
    const declared =
      columns?.map((column): DatasetColumn => ({ ...column, label: column.label ?? labelOf(column.name) })) ??
      live.map(({ name, type, nullable }): DatasetColumn => ({
        name,
        label: labelOf(name),
        type,
        nullable,
        description: null,
      }));
    const missing = declared.findIndex(({ name }) => live.every((column) => column.name !== name));
    if (missing >= 0) {
      const what = given.query === null ? 'table' : 'query';
      const message = `The ${what} has no column "${declared[missing]?.name ?? ''}".`;
      throw new Problem('data_source.column_missing', message, {
        errors: [{ code: 'data_source.column_missing', in: 'body', pointer: `/columns/${missing}/name`, message }],
      });
    }
    return { ...given, columns: declared };
  }
}

async function readableColumns(source: DataSource, definition: DatasetDefinition): Promise<readonly LiveColumn[]> {
  const { columns } = await liveDataset(source, definition, { timeoutMs: LOOK_UP_MS });
  if (columns instanceof DataSourceError) {
    const { code, message } = columns;
    throw new Problem(code, message, { errors: [{ code, in: 'body', pointer: '/query', message }], cause: columns });
  }
  if (columns) return columns;
  const { schema, name } = definition.relation;
  throw new Problem('data_source.relation_missing', `There is no table or view ${schema}.${name} to be read.`, {
    errors: [{ code: 'data_source.relation_missing', in: 'body', pointer: '/relation', message: 'It does not exist.' }],
  });
}

/** `departure_time` becomes `Departure time`. */
function labelOf(name: string): string {
  const words = name.replaceAll(/[_\s]+/g, ' ').trim();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}
