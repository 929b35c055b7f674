import { CONNECTION_TEST_MS, TIMED_OUT, type ConnectionFailure } from '../connection-test';
import { networkFailureOf } from '../network-failure';
import type { MySqlConnection } from './mysql-connection';
import { mysqlDriver } from './mysql-driver';
import { codeOf, errorNumberOf } from './mysql-errors';

/** Signs in and asks for nothing. Null when that went well, else what failed, in words for whoever set it up. */
export function tryMySqlConnection(connection: MySqlConnection): Promise<ConnectionFailure | null> {
  const client = mysqlDriver().createConnection({ ...connection, connectTimeout: CONNECTION_TEST_MS });
  return new Promise((resolve) => {
    const settle = (failure: ConnectionFailure | null): void => {
      clearTimeout(patience);
      // Only a server that answered well is told goodbye: another one might not hear it.
      if (failure) client.destroy();
      else client.end();
      resolve(failure);
    };
    const patience = setTimeout(() => settle(TIMED_OUT), CONNECTION_TEST_MS);
    // Also one that breaks later, which has nobody else to tell: an error without a listener ends the process.
    client.on('error', (error) => settle(mysqlFailureOf(error)));
    client.query('SELECT 1', (error) => settle(error ? mysqlFailureOf(error) : null));
  });
}

const REFUSED: ConnectionFailure = {
  reason: 'sign_in',
  message:
    'The server refuses the sign-in: check the user, the password, the host that the user may come from, and the TLS mode.',
};
const BUSY: ConnectionFailure = { reason: 'busy', message: 'The server has no connection to spare.' };
const EXPIRED: ConnectionFailure = {
  reason: 'sign_in',
  message: 'The password of the user has expired on the server.',
};
const LOCKED: ConnectionFailure = { reason: 'sign_in', message: 'The user is locked on the server.' };

/** By the server's number; for where both have their lists see `mysql-errors.ts`. */
const FAILURES: Readonly<Record<number, ConnectionFailure>> = {
  1040: BUSY,
  1203: BUSY,
  1226: BUSY,
  1044: {
    reason: 'sign_in',
    message: 'The user may not read this database, or the server has none of this name: check the name and the grants.',
  },
  1045: REFUSED,
  1698: REFUSED,
  1049: { reason: 'database_missing', message: 'The server has no database of this name.' },
  1129: {
    reason: 'refused',
    message: 'The server blocks this host after failed connections: FLUSH HOSTS unblocks it.',
  },
  1130: { reason: 'sign_in', message: 'The server lets nobody in from this host: make the user for it.' },
  1820: EXPIRED,
  1862: EXPIRED,
  3118: LOCKED,
  4151: LOCKED,
  3159: { reason: 'tls', message: 'The server demands TLS: choose another TLS mode.' },
};

/** Codes of the driver for a server that asks for a way to sign in which it does not know, or which would show the password. */
const UNKNOWN_PLUGIN = ['AUTH_SWITCH_PLUGIN_ERROR', 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED'];

/** What an error of the driver means to whoever set the connection up. */
export function mysqlFailureOf(error: unknown): ConnectionFailure {
  const number = errorNumberOf(error);
  if (number !== null) return FAILURES[number] ?? other(String(number));
  const code = codeOf(error) ?? '';
  if (UNKNOWN_PLUGIN.includes(code)) {
    return {
      reason: 'sign_in',
      message:
        'The user signs in by another plugin than mysql_native_password, caching_sha2_password or sha256_password.',
    };
  }
  return networkFailureOf(error) ?? other(code);
}

function other(code: string): ConnectionFailure {
  return { reason: 'other', message: `The connection failed${code === '' ? '' : ` (${code})`}.` };
}
