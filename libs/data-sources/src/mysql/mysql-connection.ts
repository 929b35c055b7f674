import { isIP } from 'node:net';
import type { ConnectionOptions } from 'mysql2';
import type { PostgresOptions } from '#domain';
import { DataSourceError } from '../data-source';

/** Where a database is and who signs in: a part of what a data source is registered with, the same as for PostgreSQL. */
export type MySqlAddress = Pick<PostgresOptions, 'host' | 'port' | 'database' | 'user' | 'tls'>;

/** How the driver reaches a database. */
export type MySqlConnection = Pick<
  ConnectionOptions,
  'host' | 'port' | 'database' | 'user' | 'password' | 'ssl' | 'charset' | 'flags' | 'connectTimeout'
>;

/** Milliseconds for reaching the server and signing in. */
export const CONNECT_TIMEOUT_MS = 10_000;

/**
 * @param password null: an account without one
 * @throws DataSourceError `data_source.unsupported` for an IP address with `verify-full`
 */
export function mysqlConnectionOf(
  { host, port, database, user, tls }: MySqlAddress,
  password: string | null,
): MySqlConnection {
  return {
    host,
    port,
    database,
    user,
    password: password ?? '',
    ...sslOf(tls, host),
    charset: 'utf8mb4',
    // Otherwise the server might ask for files of this machine.
    flags: ['-LOCAL_FILES'],
    connectTimeout: CONNECT_TIMEOUT_MS,
  };
}

function sslOf({ mode, ca }: MySqlAddress['tls'], host: string): Pick<ConnectionOptions, 'ssl'> {
  switch (mode) {
    case 'disable':
      return {};
    case 'require':
      return { ssl: { rejectUnauthorized: false } };
    case 'verify-full':
      // Of an address the driver would check the certificate for "localhost".
      if (isIP(host) !== 0) throw needsName();
      return { ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(ca !== null && { ca }) } };
  }
}

function needsName(): DataSourceError {
  const message =
    'The certificate of MySQL and MariaDB can be checked for a host name only: give one in place of the address.';
  return new DataSourceError('data_source.unsupported', message);
}
