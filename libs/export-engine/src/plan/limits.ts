import { isSplit, MOST_SHEET_ROWS, type DatasetDefinition, type LimitPolicy, type TemplateDefinition } from '#domain';
import type { ExportLimits } from '../export-request';

/** Whose a limit is. `xlsx`: what a sheet can hold. */
export type LimitOwner = 'system' | 'dataset' | 'user' | 'template' | 'xlsx';

/** The lowest of several limits, and whose it is. */
export interface Limit {
  readonly most: number;
  readonly owner: LimitOwner;
}

/** A limit that rows can run into. */
export type RowLimitKind = 'rows' | 'rows_per_file' | 'rows_per_sheet' | 'bytes_per_file';

/** What a report is limited to. Null: no limit. */
export interface PlannedLimits {
  /** Rows of the whole report: those of its first file or sheet too, where there is no second. */
  readonly rows: Limit & { readonly kind: RowLimitKind };
  /** Null also where it is one of the whole report. */
  readonly rowsPerFile: Limit | null;
  /** Null also where it is one of the whole report, and for a format without sheets. */
  readonly rowsPerSheet: Limit | null;
  /** Bytes as they are stored. */
  readonly bytesPerFile: Limit | null;
  /** Files of the report at most, and sheets of a file. */
  readonly files: number;
  readonly whenReached: LimitPolicy;
}

/** Files of a report, and sheets of a file, unless the system says otherwise. */
const DEFAULT_MOST_FILES = 1000;

/** The lowest limit of each kind. Of equal ones that of the template counts before the user's, the dataset's and the system's. */
export function planLimits(
  definition: TemplateDefinition,
  dataset: Pick<DatasetDefinition, 'rowLimit'>,
  system: ExportLimits,
): PlannedLimits {
  const { limits, rowLimit, output, layout } = definition;
  // A row of totals needs a place too.
  const sheet: Limit = { most: MOST_SHEET_ROWS - (layout.totals ? 1 : 0), owner: 'xlsx' };
  const rows = [
    limitOf(dataset.rowLimit, 'dataset'),
    limitOf(system.userMaxRows, 'user'),
    limitOf(rowLimit, 'template'),
  ]
    .filter((limit) => limit !== null)
    .reduce(lower, { most: system.maxRows, owner: 'system' });
  const rowsPerFile = lowest(limitOf(system.maxRowsPerFile, 'system'), limitOf(limits.rowsPerFile, 'template'));
  const rowsPerSheet = output.format === 'xlsx' ? lowest(sheet, limitOf(limits.rowsPerSheet, 'template')) : null;
  const shared = {
    bytesPerFile: lowest(limitOf(system.maxBytesPerFile, 'system'), limitOf(limits.bytesPerFile, 'template')),
    files: system.maxFiles ?? DEFAULT_MOST_FILES,
    whenReached: limits.whenReached,
  };
  if (isSplit(definition)) return { ...shared, rows: { ...rows, kind: 'rows' }, rowsPerFile, rowsPerSheet };
  const all: readonly PlannedLimits['rows'][] = [
    { ...rows, kind: 'rows' },
    ...(rowsPerFile ? [{ ...rowsPerFile, kind: 'rows_per_file' } as const] : []),
    ...(rowsPerSheet ? [{ ...rowsPerSheet, kind: 'rows_per_sheet' } as const] : []),
  ];
  const lowestRows = all.reduce((known, other) => (other.most < known.most ? other : known));
  return { ...shared, rows: lowestRows, rowsPerFile: null, rowsPerSheet: null };
}

/** How long an export may take, in milliseconds. */
export function timeLimit(templateSeconds: number | null, { timeoutMs }: Pick<ExportLimits, 'timeoutMs'>): Limit {
  const system: Limit = { most: timeoutMs, owner: 'system' };
  return templateSeconds === null ? system : lower(system, { most: templateSeconds * 1000, owner: 'template' });
}

function limitOf(most: number | null | undefined, owner: LimitOwner): Limit | null {
  return most === null || most === undefined ? null : { most, owner };
}

function lowest(first: Limit | null, second: Limit | null): Limit | null {
  return first && second ? lower(first, second) : (first ?? second);
}

function lower(known: Limit, other: Limit): Limit {
  return other.most <= known.most ? other : known;
}
