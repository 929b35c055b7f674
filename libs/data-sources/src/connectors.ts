import type { DatabaseOptions, DataSourceOptions, PostgresOptions } from '#domain';
import type { Logger } from '#platform';
import type { ConnectionFailure } from './connection-test';
import { DataSourceError, type DataSource } from './data-source';
import { FileDataSource } from './files/file-data-source';
import { FileFolder } from './files/file-folder';
import { mysqlConnectionOf } from './mysql/mysql-connection';
import { MySqlDataSource } from './mysql/mysql-data-source';
import { tryMySqlConnection } from './mysql/try-connection';
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
  /** Folder below which file sources lie; null: there are none. */
  readonly filesRoot: string | null;
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
    case 'mysql':
      return new MySqlDataSource(mysqlConnectionOf(options.mysql, secret), limitsOf(options.mysql, context));
    case 'file':
      return new FileDataSource(
        { root: requireRoot(context.filesRoot), folder: options.file.folder },
        context.limits.statementTimeoutMs,
      );
  }
}

/** Tries what the options say, read replica included, within 10 s. Null when all of it works. */
export async function testConnection(
  options: DataSourceOptions,
  secret: string | null,
  filesRoot: string | null,
): Promise<ConnectionFailure | null> {
  switch (options.kind) {
    case 'file':
      return tryFolder(options.file.folder, filesRoot);
    case 'postgres': {
      const { postgres } = options;
      const [primary, replica] = await Promise.all([
        tryConnection(connectionOf(postgres, secret, postgres)),
        postgres.readReplica && tryConnection(connectionOf(postgres, secret, postgres.readReplica)),
      ]);
      if (primary || !replica) return primary;
      return { reason: replica.reason, message: `The read replica: ${replica.message}` };
    }
    case 'mysql':
      return tryMySqlConnection(mysqlConnectionOf(options.mysql, secret));
  }
}

function openPostgres(options: PostgresOptions, secret: string | null, context: ConnectorContext): DataSource {
  const { name, logger } = context;
  const own = limitsOf(options, context);
  const primary = new PostgresDataSource(connectionOf(options, secret, options), own);
  if (options.readReplica === null) return primary;
  const replica = new PostgresDataSource(connectionOf(options, secret, options.readReplica), own);
  return new ReplicatedDataSource({ primary, replica, name, logger, retryAfterMs: REPLICA_RETRY_MS });
}

function limitsOf(
  { maxConnections, statementTimeoutSeconds }: DatabaseOptions,
  { limits }: ConnectorContext,
): PostgresLimits {
  return {
    ...limits,
    poolMax: Math.min(maxConnections ?? Infinity, limits.poolMax),
    statementTimeoutMs: Math.min((statementTimeoutSeconds ?? Infinity) * 1000, limits.statementTimeoutMs),
  };
}

async function tryFolder(folder: string, filesRoot: string | null): Promise<ConnectionFailure | null> {
  try {
    await new FileFolder(requireRoot(filesRoot), folder).list();
    return null;
  } catch (error) {
    if (error instanceof DataSourceError) return { reason: 'folder_missing', message: error.message };
    throw error;
  }
}

function requireRoot(filesRoot: string | null): string {
  if (filesRoot !== null) return filesRoot;
  const message = 'The setting FILE_SOURCES_DIR is missing: without it no files can be read.';
  throw new DataSourceError('data_source.failed', message);
}
