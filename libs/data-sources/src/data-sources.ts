import type { DataSource } from './data-source';
import { PostgresDataSource, type PostgresLimits } from './postgres/postgres-data-source';

/** The data sources of the settings by name. A connection is made when the first query needs it. */
export class DataSources {
  private readonly opened = new Map<string, DataSource>();

  /** @param connectionStrings by name: `{ "flights": "postgres://reader:…@host/flights" }` */
  constructor(
    private readonly connectionStrings: Readonly<Record<string, string>>,
    private readonly limits: PostgresLimits,
  ) {}

  names(): string[] {
    return Object.keys(this.connectionStrings).sort();
  }

  /** Null when the settings have none of that name. */
  get(name: string): DataSource | null {
    const known = this.opened.get(name);
    if (known) return known;
    const connectionString = Object.hasOwn(this.connectionStrings, name) ? this.connectionStrings[name] : undefined;
    if (connectionString === undefined) return null;
    const source = new PostgresDataSource(connectionString, this.limits);
    this.opened.set(name, source);
    return source;
  }

  /** Waits for running queries to end, then closes every connection. */
  async close(): Promise<void> {
    const sources = [...this.opened.values()];
    this.opened.clear();
    await Promise.all(sources.map((source) => source.close()));
  }
}
