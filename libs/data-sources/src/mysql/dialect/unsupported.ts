import { DataSourceError } from '../../data-source';

/** @param what the report asks for, in a few words; never a value that somebody typed */
export function unsupported(what: string): DataSourceError {
  const message = `Data sources of MySQL and MariaDB cannot do this: ${what}. Leave it out of the report.`;
  return new DataSourceError('data_source.unsupported', message);
}
