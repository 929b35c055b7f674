import { DataSourceError, type DataSourceErrorCode } from '../data-source';

interface Meaning {
  /** How the message begins, which is all by which DuckDB tells its errors apart. */
  readonly begins: RegExp;
  readonly code: DataSourceErrorCode;
  readonly message: string;
}

const MEANINGS: readonly Meaning[] = [
  {
    begins: /^Binder Error: (Referenced column|Table .* does not have a column)/,
    code: 'data_source.column_missing',
    message: 'A column of the dataset no longer exists',
  },
  {
    begins: /^(Catalog Error: Table with name|IO Error: (No files found|Cannot open file))/,
    code: 'data_source.relation_missing',
    message: 'The file of the dataset no longer exists',
  },
  {
    begins: /^(Conversion|Out of Range|Invalid Input) Error/,
    code: 'data_source.value_invalid',
    message: 'A value cannot be converted or computed',
  },
  {
    begins: /^(Out of Memory|IO) Error/,
    code: 'data_source.exhausted',
    message: 'Reading the file took more memory or disk than there is',
  },
];

/** What an error of DuckDB means to the report's owner: its first line, without the folder's path. */
export function asDataSourceError(error: unknown, folder: string): DataSourceError {
  if (error instanceof DataSourceError) return error;
  const said = messageOf(error).split('\n', 1)[0] ?? '';
  const meaning = MEANINGS.find(({ begins }) => begins.test(said));
  const reason = said.replaceAll(folder, '').replace(/\.$/, '');
  const { code, message } = meaning ?? { code: 'data_source.failed' as const, message: 'The file could not be read' };
  return new DataSourceError(code, `${message}: ${reason}.`, { cause: error });
}

/** Errors of native code are not always of this realm's `Error`. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
