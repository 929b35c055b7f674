import { Controller, Inject } from '@nestjs/common';
import { testConnection, type ConnectionFailure, type DataSource } from '#data-sources';
import { dataSourceIdOf } from '#domain';
import { DataSourceQueries, type DataSourceView } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Streams } from '../commands/streams';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { readOne } from '../http/queries';
import { DataSourceCommandsOverHttp } from './data-source-commands';
import { dataSourceOperations as operations } from './data-source.operations';
import { passwordOf } from './data-source.schema';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

const LOOK_UP_MS = 10_000;

@Controller()
export class DataSourcesController {
  private readonly queries: DataSourceQueries;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(DataSourceCommandsOverHttp) private readonly commands: DataSourceCommandsOverHttp,
  ) {
    this.queries = new DataSourceQueries(parts.pool);
  }

  @Handles(operations.list)
  async list({ query }: CallOf<'list'>) {
    const { items, nextCursor } = await this.queries.list(query);
    const names = this.parts.dataSources.namesOfSettings();
    const registered = items.filter(({ name }) => !names.includes(name)).map(registeredView);
    const isFirst = query.cursor === undefined && query.status !== 'retired';
    const searched = query.search?.toLowerCase() ?? '';
    const ofSettings = isFirst ? names.filter((name) => name.includes(searched)).map(settingsView) : [];
    return { body: { items: await this.withCircuits([...ofSettings, ...registered]), nextCursor } };
  }

  @Handles(operations.register)
  async register(call: CallOf<'register'>) {
    const id = dataSourceIdOf(call.body.name);
    return answered(id, await this.commands.register(call), { location: `/v1/data-sources/${id}` });
  }

  @Handles(operations.testInput)
  async testInput({ body }: CallOf<'testInput'>) {
    return tested(await testConnection(this.commands.permitted(body), passwordOf(body) ?? null, this.filesRoot()));
  }

  @Handles(operations.get)
  async get(call: CallOf<'get'>) {
    const id = idOf(call.params);
    const name = this.nameInSettings(id);
    const [body] = await this.withCircuits([name === null ? registeredView(await this.view(id)) : settingsView(name)]);
    if (!body) throw missing();
    if (body.revision === null) return { body };
    // A circuit changes without a new revision.
    return readOne({ ifNoneMatch: body.circuit === null ? call.ifNoneMatch : null }, body);
  }

  @Handles(operations.revise)
  async revise(call: CallOf<'revise'>) {
    const id = idOf(call.params);
    return answered(id, await this.commands.revise(call, id));
  }

  @Handles(operations.retire)
  async retire(call: CallOf<'retire'>) {
    const id = idOf(call.params);
    return answered(id, await this.commands.retire(call, id));
  }

  @Handles(operations.closeCircuit)
  async closeCircuit(call: CallOf<'closeCircuit'>) {
    const id = idOf(call.params);
    if (this.nameInSettings(id) === null && (await this.streams.dataSource(id)).revision < 0) throw missing();
    const command = {
      type: 'CloseCircuit',
      dataSourceId: id,
      by: call.caller.userId,
      at: call.now.toISOString(),
    } as const;
    return answered(id, await this.dispatcher.circuit(call, id, () => command));
  }

  @Handles(operations.test)
  async test({ params }: CallOf<'test'>) {
    const id = idOf(params);
    const name = this.nameInSettings(id);
    if (name !== null) return tested(await this.parts.dataSources.testOfSettings(name));
    const { state } = await this.streams.dataSource(id);
    if (state.status !== 'active') throw missing();
    const { definition, secretId } = state;
    const secret = secretId && (await this.parts.secrets.read(secretId, id));
    return tested(await testConnection(definition, secret, this.filesRoot()));
  }

  @Handles(operations.relations)
  async relations({ params }: CallOf<'relations'>) {
    const source = await this.open(idOf(params));
    return { body: { items: await source.listRelations({ timeoutMs: LOOK_UP_MS }) } };
  }

  @Handles(operations.columns)
  async columns({ params }: CallOf<'columns'>) {
    const source = await this.open(idOf(params));
    const { schema, name } = params;
    const items = await source.introspect({ schema, name }, { timeoutMs: LOOK_UP_MS });
    if (items) return { body: { items } };
    throw new Problem('data_source.relation_missing', `There is no table or view ${schema}.${name} to be read.`);
  }

  private async withCircuits<Source extends { readonly dataSourceId: string }>(sources: readonly Source[]) {
    const circuits = await this.queries.circuits(sources.map(({ dataSourceId }) => dataSourceId));
    return sources.map((source) => ({ ...source, circuit: circuits.get(source.dataSourceId) ?? null }));
  }

  private filesRoot(): string | null {
    return this.parts.settings.FILE_SOURCES_DIR ?? null;
  }

  private nameInSettings(id: string): string | null {
    return this.parts.dataSources.namesOfSettings().find((name) => dataSourceIdOf(name) === id) ?? null;
  }

  private async open(id: string): Promise<DataSource> {
    const name = this.nameInSettings(id) ?? (await this.view(id)).name;
    const source = await this.parts.dataSources.get(name);
    if (!source) throw missing();
    return source;
  }

  private async view(id: string): Promise<DataSourceView> {
    const read = () => this.queries.get(id);
    const known = await read();
    if (known) return known;
    const loaded = await this.streams.dataSource(id);
    if (loaded.revision < 0) throw missing();
    return this.streams.whenProjected(loaded, read);
  }
}

function missing(): Problem {
  return new Problem('data_source.missing', 'There is no such data source, or it was retired.');
}

function tested(failure: ConnectionFailure | null) {
  return { body: failure ? { ok: false, ...failure } : { ok: true, reason: null, message: 'The connection works.' } };
}

function registeredView({ hasSecret, ...view }: DataSourceView) {
  return { ...view, origin: 'registered' as const, hasPassword: hasSecret };
}

function settingsView(name: string) {
  const unknown = { revision: null, registeredBy: null, createdAt: null, updatedAt: null };
  const options = {
    kind: 'postgres',
    postgres: null,
    mysql: null,
    file: null,
    blackouts: [],
    hasPassword: null,
  } as const;
  const identity = { dataSourceId: dataSourceIdOf(name), name, description: null };
  return { ...identity, ...options, ...unknown, origin: 'settings' as const, status: 'active' as const };
}

/** An id follows from its name, so either will do. */
function idOf({ source }: { readonly source: string }): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(source) ? source.toLowerCase() : dataSourceIdOf(source);
}
