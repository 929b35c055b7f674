import { DataSourceError, type DataSourceErrorCode } from '../data-source';

interface Meaning {
  readonly code: DataSourceErrorCode;
  readonly message: string;
  /** Whether what the database says is safe and helpful to the report's owner. */
  readonly quote?: boolean;
}

const UNREACHABLE: Meaning = {
  code: 'data_source.unreachable',
  message: 'The data source cannot be reached',
};

const CONFLICT: Meaning = {
  code: 'data_source.conflict',
  message: 'The data source gave up the query for another one',
};

/** By SQLSTATE, or by its class of two characters. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '08': UNREACHABLE,
  '28': {
    code: 'data_source.permission_denied',
    message: 'The data source refuses the sign-in of its settings',
  },
  '3D': { ...UNREACHABLE, message: 'The database of the data source does not exist' },
  '57P01': UNREACHABLE,
  '57P02': UNREACHABLE,
  '57P03': UNREACHABLE,
  '53300': { ...UNREACHABLE, message: 'The data source has no connection to spare' },
  '53': { code: 'data_source.exhausted', message: 'The data source ran out of memory or disk' },
  '40': CONFLICT,
  '55P03': CONFLICT,
  '57014': { code: 'data_source.cancelled', message: 'The query was cancelled' },
  '57P05': UNREACHABLE,
  '42P01': relationMissing(),
  '3F000': relationMissing(),
  '42703': {
    code: 'data_source.column_missing',
    message: 'A column of the dataset no longer exists',
    quote: true,
  },
  '42501': {
    code: 'data_source.permission_denied',
    message: 'The data source does not let reports read this',
    quote: true,
  },
  '22': valueInvalid(),
  // What a report asks for is everywhere supported, save that NaN and infinities become integers.
  '0A000': valueInvalid(),
  // A text or number that grew beyond what the database can hold.
  '54000': valueInvalid(),
};

const FAILED: Meaning = {
  code: 'data_source.failed',
  message: 'The data source could not run the query',
  quote: true,
};

const NETWORK_ERRORS =
  /^(E[A-Z]+|ERR_TLS_[A-Z_]+|DEPTH_ZERO_[A-Z_]+|CERT_[A-Z_]+|[A-Z_]*SELF_SIGNED[A-Z_]*|UNABLE_TO_[A-Z_]+)$/;

/** What an error of the driver means to the report's owner. Addresses and passwords never get into the message. */
export function asDataSourceError(error: unknown): DataSourceError {
  if (error instanceof DataSourceError) return error;
  const code = codeOf(error);
  if (code === undefined || NETWORK_ERRORS.test(code)) {
    const reason = code === undefined ? '' : ` (${code})`;
    return new DataSourceError(UNREACHABLE.code, `${UNREACHABLE.message}${reason}.`, { cause: error });
  }
  const meaning = MEANINGS[code] ?? MEANINGS[code.slice(0, 2)] ?? FAILED;
  const said = meaning.quote && error instanceof Error ? `: ${error.message}` : '';
  return new DataSourceError(meaning.code, `${meaning.message}${said}.`, { cause: error });
}

export function cancelled(): DataSourceError {
  return new DataSourceError('data_source.cancelled', 'The query was cancelled.');
}

export function timedOut(timeoutMs: number): DataSourceError {
  const message = `The query took longer than the ${timeoutMs / 1000} s that it may. Narrow the filter or group the rows.`;
  return new DataSourceError('data_source.timeout', message);
}

export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

function valueInvalid(): Meaning {
  return {
    code: 'data_source.value_invalid',
    message: 'A value cannot be converted or computed',
    quote: true,
  };
}

function relationMissing(): Meaning {
  return {
    code: 'data_source.relation_missing',
    message: 'The table or view of the dataset no longer exists',
    quote: true,
  };
}
