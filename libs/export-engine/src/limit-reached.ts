import type { OutputWarning } from '#domain';
import { ExportFailure } from './export-failure';
import type { Limit, LimitOwner, RowLimitKind } from './plan/limits';

const UNITS: Readonly<Record<RowLimitKind, string>> = {
  rows: 'rows',
  rows_per_file: 'rows of a file',
  rows_per_sheet: 'rows of a sheet',
  bytes_per_file: 'bytes of a file',
};

const ALLOWED_BY: Readonly<Record<LimitOwner, string>> = {
  system: 'the system allows',
  dataset: 'the dataset allows',
  user: 'the owner of the report may have',
  template: 'its template allows',
  xlsx: 'a spreadsheet can hold',
};

/** That the report was cut at a limit. Codes: `row_limit.<owner>` of the whole report, `xlsx.row_limit`, else `limit.<kind>`. */
export function cutWarning(kind: RowLimitKind, limit: Limit): OutputWarning {
  return { code: warningCode(kind, limit.owner), message: `The report was cut at the ${described(kind, limit)}.` };
}

function warningCode(kind: RowLimitKind, owner: LimitOwner): string {
  if (kind === 'rows') return `row_limit.${owner}`;
  return owner === 'xlsx' ? 'xlsx.row_limit' : `limit.${kind}`;
}

/** That the report failed at a limit, since its template wants no part of it. Code: `limit.<kind>`. */
export function limitFailure(kind: RowLimitKind, limit: Limit): ExportFailure {
  const message = `The report has more than the ${described(kind, limit)}. Narrow its filter, raise the limit, or let the template cut or split it.`;
  return new ExportFailure(`limit.${kind}`, message);
}

function described(kind: RowLimitKind, { most, owner }: Limit): string {
  return `${most.toLocaleString('en')} ${UNITS[kind]} that ${ALLOWED_BY[owner]}`;
}

export function tooManyFiles(most: number): ExportFailure {
  const message = `The report would make more than the ${most.toLocaleString('en')} files that the system allows. Narrow its filter, raise its limits, or split it by a column with fewer values.`;
  return new ExportFailure('limit.files', message);
}

export function tooManySheets(most: number): ExportFailure {
  const message = `The report would make more than the ${most.toLocaleString('en')} sheets of a file that the system allows. Narrow its filter, raise its limits, or split it by a column with fewer values.`;
  return new ExportFailure('limit.sheets', message);
}

/** @param limit in milliseconds */
export function tooSlow({ most, owner }: Limit, cause: unknown): ExportFailure {
  const seconds = (most / 1000).toLocaleString('en');
  const message = `The export took longer than the ${seconds} seconds that ${ALLOWED_BY[owner]}. Narrow its filter, group its rows, or raise the limit.`;
  return new ExportFailure('limit.seconds', message, [], { cause });
}
