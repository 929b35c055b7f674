import { randomUUID } from 'node:crypto';
import type { ClientConfig } from 'pg';
import type { PostgresOptions, ServerAddress } from '#domain';

/** How the driver reaches a database: a connection string of the settings, or the options of a registered data source. */
export type PostgresConnection = Pick<
  ClientConfig,
  'connectionString' | 'host' | 'port' | 'database' | 'user' | 'password' | 'ssl'
>;

/** @param address where to connect to: the data source itself, or its read replica */
export function connectionOf(
  { database, user, tls }: PostgresOptions,
  password: string | null,
  { host, port }: ServerAddress,
): PostgresConnection {
  // Without a password the driver would look for one in PGPASSWORD and ~/.pgpass, which are none of ours, and where it finds none
  // it would leave the connection open. So a server that wants one gets one that it refuses.
  return { host, port, database, user, password: password ?? randomUUID(), ssl: sslOf(tls, host) };
}

function sslOf({ mode, ca }: PostgresOptions['tls'], host: string): ClientConfig['ssl'] {
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-full':
      // The driver names the host to TLS only if it is no address; without one the certificate is checked for "localhost".
      return { host, rejectUnauthorized: true, ...(ca !== null && { ca }) };
  }
}
