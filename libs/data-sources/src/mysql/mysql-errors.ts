import { DataSourceError, type DataSourceErrorCode } from '../data-source';

interface Meaning {
  readonly code: DataSourceErrorCode;
  readonly message: string;
}

const UNREACHABLE: Meaning = {
  code: 'data_source.unreachable',
  message: 'The data source cannot be reached',
};
const SIGN_IN: Meaning = {
  code: 'data_source.permission_denied',
  message: 'The data source refuses the sign-in of its settings',
};
const DENIED: Meaning = {
  code: 'data_source.permission_denied',
  message: 'The data source does not let reports read this',
};
const RELATION: Meaning = {
  code: 'data_source.relation_missing',
  message: 'The table or view of the dataset no longer exists',
};
const VALUE: Meaning = {
  code: 'data_source.value_invalid',
  message:
    'A value cannot be converted or computed: a number out of range, a zero date, a time beyond a day, or a text that is no number',
};
const CONFLICT: Meaning = {
  code: 'data_source.conflict',
  message: 'The data source gave up the query for another one',
};
const EXHAUSTED: Meaning = {
  code: 'data_source.exhausted',
  message: 'The data source ran out of memory or disk',
};
const FAILED: Meaning = {
  code: 'data_source.failed',
  message: 'The data source could not run the query',
};

/**
 * By the server's number, which both servers share where they mean the same.
 *
 * @see https://mariadb.com/kb/en/mariadb-error-code-reference/
 * @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  1040: { ...UNREACHABLE, message: 'The data source has no connection to spare' },
  1203: { ...UNREACHABLE, message: 'The data source has no connection to spare' },
  1226: { ...UNREACHABLE, message: 'The data source has no connection to spare' },
  1049: { ...UNREACHABLE, message: 'The database of the data source does not exist' },
  1053: UNREACHABLE,
  1129: { ...UNREACHABLE, message: 'The data source blocks this host after failed connections' },
  1927: UNREACHABLE,
  1044: SIGN_IN,
  1045: SIGN_IN,
  1130: SIGN_IN,
  1698: SIGN_IN,
  1820: SIGN_IN,
  1862: SIGN_IN,
  3118: SIGN_IN,
  3159: SIGN_IN,
  4151: SIGN_IN,
  1142: DENIED,
  1143: DENIED,
  1370: DENIED,
  1356: RELATION,
  1146: RELATION,
  1054: { code: 'data_source.column_missing', message: 'A column of the dataset no longer exists' },
  1264: VALUE,
  1292: VALUE,
  1365: VALUE,
  1366: VALUE,
  1411: VALUE,
  1441: VALUE,
  1690: VALUE,
  1205: CONFLICT,
  1213: CONFLICT,
  1412: CONFLICT,
  1021: EXHAUSTED,
  1037: EXHAUSTED,
  1041: EXHAUSTED,
  1114: EXHAUSTED,
  1317: { code: 'data_source.cancelled', message: 'The query was cancelled' },
};

/** By the driver's code, where it says more than that the network failed. */
const NETWORK_MEANINGS: Readonly<Record<string, Meaning>> = {
  HANDSHAKE_SSL_ERROR: {
    ...UNREACHABLE,
    message: 'The certificate of the data source is not trusted, or is for another host',
  },
  HANDSHAKE_NO_SSL_SUPPORT: { ...UNREACHABLE, message: 'The data source speaks no TLS' },
};

/** A statement that was over its time: MariaDB's number, MySQL's. */
const OUT_OF_TIME: readonly number[] = [1969, 3024];

/** What an error of the driver means to the report's owner. What the server says is left out: it may quote values and addresses. */
export function asDataSourceError(error: unknown): DataSourceError {
  if (error instanceof DataSourceError) return error;
  const number = errorNumberOf(error);
  const code = codeOf(error);
  const meaning = number === null ? (NETWORK_MEANINGS[code ?? ''] ?? UNREACHABLE) : (MEANINGS[number] ?? FAILED);
  const reason = number === null ? code : meaning === FAILED ? String(number) : null;
  const message = `${meaning.message}${reason === null ? '' : ` (${reason})`}.`;
  return new DataSourceError(meaning.code, message, { cause: error });
}

export function isOutOfTime(error: unknown): boolean {
  return OUT_OF_TIME.includes(errorNumberOf(error) ?? 0);
}

/** Null for what the server did not say: errors of the network, of TLS. */
export function errorNumberOf(error: unknown): number | null {
  const number = fieldOf(error, 'errno');
  // Node.js has negative ones of its own for the network.
  return typeof number === 'number' && number > 0 ? number : null;
}

export function codeOf(error: unknown): string | null {
  const code = fieldOf(error, 'code');
  return typeof code === 'string' ? code : null;
}

export function cancelled(): DataSourceError {
  return new DataSourceError('data_source.cancelled', 'The query was cancelled.');
}

/** The connection broke while a statement ran. */
export function lost(): DataSourceError {
  return new DataSourceError(UNREACHABLE.code, `${UNREACHABLE.message}.`);
}

export function timedOut(timeoutMs: number): DataSourceError {
  const message = `The query took longer than the ${timeoutMs / 1000} s that it may. Narrow the filter or group the rows.`;
  return new DataSourceError('data_source.timeout', message);
}

function fieldOf(error: unknown, field: 'errno' | 'code'): unknown {
  return typeof error === 'object' && error !== null && field in error
    ? (error as Readonly<Record<string, unknown>>)[field]
    : undefined;
}
