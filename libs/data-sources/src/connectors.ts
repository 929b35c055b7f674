import type { DataSourceOptions, PostgresOptions } from '#domain';
import type { Logger } from '#platform';
import type { ConnectionFailure } from './connection-test';
import { DataSourceError, type DataSource } from './data-source';
import { connectionOf } from './postgres/postgres-connection';
import { PostgresDataSource, type PostgresLimits } from './postgres/postgres-data-source';
import { ReplicatedDataSource } from './postgres/replicated-data-source';
import { tryConnection } from './postgres/try-connection';

/** Milliseconds for which a read replica that was not reached is left alone. */
const REPLICA_RETRY_MS = 30_000;

export interface ConnectorContext {
  /** Of the data source, for the log. */
  readonly name: string;
  /** What the settings allow; a data source may ask for less. */
  readonly limits: PostgresLimits;
  readonly logger: Logger;
}

/** A data source by its options. It connects, and loads what its kind needs, when the first query comes. */
export function openDataSource(
  options: DataSourceOptions,
  secret: string | null,
  context: ConnectorContext,
): DataSource {
  switch (options.kind) {
    case 'postgres':
      return openPostgres(options.postgres, secret, context);
    case 'file':
      throw new DataSourceError('data_source.failed', 'Files cannot be read.', false);
  }
}

/** Tries what the options say, read replica included, within 10 s. Null when all of it works. */
export async function testConnection(
  options: DataSourceOptions,
  secret: string | null,
): Promise<ConnectionFailure | null> {
  switch (options.kind) {
    case 'file':
      return { reason: 'other', message: 'Files cannot be read.' };
    case 'postgres': {
      const { postgres } = options;
      const [primary, replica] = await Promise.all([
        tryConnection(connectionOf(postgres, secret, postgres)),
        postgres.readReplica && tryConnection(connectionOf(postgres, secret, postgres.readReplica)),
      ]);
      if (primary || !replica) return primary;
      return { reason: replica.reason, message: `The read replica: ${replica.message}` };
    }
  }
}

function openPostgres(
  options: PostgresOptions,
  secret: string | null,
  { name, limits, logger }: ConnectorContext,
): DataSource {
  const own: PostgresLimits = {
    ...limits,
    poolMax: Math.min(options.maxConnections ?? Infinity, limits.poolMax),
    statementTimeoutMs: Math.min((options.statementTimeoutSeconds ?? Infinity) * 1000, limits.statementTimeoutMs),
  };
  const primary = new PostgresDataSource(connectionOf(options, secret, options), own);
  if (options.readReplica === null) return primary;
  const replica = new PostgresDataSource(connectionOf(options, secret, options.readReplica), own);
  return new ReplicatedDataSource({ primary, replica, name, logger, retryAfterMs: REPLICA_RETRY_MS });
}
