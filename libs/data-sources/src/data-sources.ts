import type { DataSourceId, DataSourceOptions, SecretId } from '#domain';
import type { Logger } from '#platform';
import type { ConnectionFailure } from './connection-test';
import { openDataSource } from './connectors';
import type { DataSource } from './data-source';
import { PostgresDataSource, type PostgresLimits } from './postgres/postgres-data-source';
import { tryConnection } from './postgres/try-connection';

/** A data source as it is registered now. */
export type RegisteredDataSource = DataSourceOptions & {
  readonly dataSourceId: DataSourceId;
  /** Grows with each change. */
  readonly revision: number;
  readonly secretId: SecretId | null;
};

/** What was registered over the API. */
export interface DataSourceRegistry {
  /** Null when none of the name is registered, or it is retired. */
  find(name: string): Promise<RegisteredDataSource | null>;
  /** Throws `data_source.secret_missing` or `data_source.secret_unreadable`. */
  readSecret(secretId: SecretId, dataSourceId: DataSourceId): Promise<string>;
}

interface Opened {
  readonly revision: number;
  readonly source: DataSource;
}

/**
 * All data sources by name: those of the settings first, then the registered ones. A connection is made when the first query
 * needs it. A registered one is looked up each time, so a change counts from the next query on; queries that are under way end on
 * the connections they have, which close once they are idle.
 */
export class DataSources {
  private readonly ofSettings = new Map<string, DataSource>();
  private readonly opened = new Map<string, Opened>();
  /** Queries may still be under way on them; revisions are rare, and without connections they hold nothing. */
  private readonly superseded: DataSource[] = [];

  /** @param connectionStrings by name: `{ "flights": "postgres://reader:…@host/flights" }` */
  constructor(
    private readonly connectionStrings: Readonly<Record<string, string>>,
    private readonly limits: PostgresLimits,
    private readonly registered: {
      readonly registry: DataSourceRegistry;
      readonly logger: Logger;
      /** Folder below which file sources lie; null: there are none. */
      readonly filesRoot: string | null;
    } | null = null,
  ) {}

  /** Those of the settings, sorted. */
  namesOfSettings(): string[] {
    return Object.keys(this.connectionStrings).sort();
  }

  /** Tries the connection of one of the settings. Throws a `RangeError` for a name that they do not have. */
  testOfSettings(name: string): Promise<ConnectionFailure | null> {
    const connectionString = this.connectionString(name);
    if (connectionString === undefined) throw new RangeError(`The settings have no data source ${name}.`);
    return tryConnection({ connectionString });
  }

  /** Null when there is none of that name. Throws `DataSourceError` when its password cannot be read. */
  async get(name: string): Promise<DataSource | null> {
    return this.getOfSettings(name) ?? (this.registered && this.getRegistered(name, this.registered));
  }

  /** Waits for running queries to end, then closes every connection. */
  async close(): Promise<void> {
    const sources = [...this.ofSettings.values(), ...[...this.opened.values()].map(({ source }) => source)];
    sources.push(...this.superseded.splice(0));
    this.ofSettings.clear();
    this.opened.clear();
    await Promise.all(sources.map((source) => source.close()));
  }

  private connectionString(name: string): string | undefined {
    return Object.hasOwn(this.connectionStrings, name) ? this.connectionStrings[name] : undefined;
  }

  private getOfSettings(name: string): DataSource | null {
    const known = this.ofSettings.get(name);
    if (known) return known;
    const connectionString = this.connectionString(name);
    if (connectionString === undefined) return null;
    const source = new PostgresDataSource({ connectionString }, this.limits);
    this.ofSettings.set(name, source);
    return source;
  }

  private async getRegistered(
    name: string,
    { registry, ...context }: NonNullable<DataSources['registered']>,
  ): Promise<DataSource | null> {
    const found = await registry.find(name);
    if (!found) {
      this.supersede(name);
      return null;
    }
    const known = this.current(name, found.revision);
    if (known) return known;
    const { secretId, dataSourceId, revision } = found;
    const secret = secretId === null ? null : await registry.readSecret(secretId, dataSourceId);
    // Another call may have opened it meanwhile.
    const already = this.current(name, revision);
    if (already) return already;
    const source = openDataSource(found, secret, { name, limits: this.limits, ...context });
    this.supersede(name);
    this.opened.set(name, { revision, source });
    return source;
  }

  private supersede(name: string): void {
    const before = this.opened.get(name);
    if (before) this.superseded.push(before.source);
    this.opened.delete(name);
  }

  private current(name: string, revision: number): DataSource | null {
    const known = this.opened.get(name);
    return known && known.revision >= revision ? known.source : null;
  }
}
