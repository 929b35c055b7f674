import { isComparable } from './conversions';
import type { ReportLimits, SplitBy, TemplateDefinition } from './definition';
import type { DefinitionProblem, DefinitionProblemCode } from './definition-problem';
import { readFileNamePattern } from './file-name-pattern';

/** Rows of a report or of a file that a template or a user may be limited to. */
export const MOST_ROWS = 10_000_000;
/** Rows of a sheet, less the header. @see ECMA-376 part 1, 18.3.1.73 */
export const MOST_SHEET_ROWS = 1_048_575;
/** A TiB. */
const MOST_BYTES = 2 ** 40;
/** A week. */
const MOST_SECONDS = 604_800;

/** Whether a report may become several files or sheets. */
export function isSplit({ splitBy, limits: { whenReached } }: Pick<TemplateDefinition, 'splitBy' | 'limits'>): boolean {
  return splitBy !== null || whenReached === 'split_files' || whenReached === 'split_sheets';
}

/** Everything that is wrong with a template's limits, its splitting and the names of its files. */
export function validateLimits(definition: TemplateDefinition): DefinitionProblem[] {
  return [
    ...rowLimitProblems(definition.rowLimit),
    ...rangeProblems(definition.limits),
    ...(definition.output.format === 'xlsx' ? [] : sheetProblems(definition)),
    ...splitProblems(definition),
    ...fileNameProblems(definition),
  ];
}

function rowLimitProblems(rowLimit: number | null): DefinitionProblem[] {
  if (isWithin(rowLimit, MOST_ROWS)) return [];
  const message = `The row limit is a whole number from 1 to ${MOST_ROWS}, or null.`;
  return [problem('row_limit.out_of_range', '/rowLimit', message)];
}

const RANGES = {
  rowsPerFile: MOST_ROWS,
  rowsPerSheet: MOST_SHEET_ROWS,
  bytesPerFile: MOST_BYTES,
  seconds: MOST_SECONDS,
} as const satisfies Partial<Record<keyof ReportLimits, number>>;

function rangeProblems(limits: ReportLimits): DefinitionProblem[] {
  const names = Object.keys(RANGES) as (keyof typeof RANGES)[];
  return names
    .filter((name) => !isWithin(limits[name], RANGES[name]))
    .map((name) => {
      const message = `${name} is a whole number from 1 to ${RANGES[name]}, or null.`;
      return problem('limits.out_of_range', `/limits/${name}`, message);
    });
}

function isWithin(value: number | null, most: number): boolean {
  return value === null || (Number.isInteger(value) && value >= 1 && value <= most);
}

/** Of a format without sheets. */
function sheetProblems({ limits, splitBy, output: { format } }: TemplateDefinition): DefinitionProblem[] {
  const message = `A ${format} file has no sheets: choose XLSX, or split into files.`;
  const unsupported: [boolean, DefinitionProblemCode, string][] = [
    [limits.rowsPerSheet !== null, 'limits.unsupported', '/limits/rowsPerSheet'],
    [limits.whenReached === 'split_sheets', 'limits.unsupported', '/limits/whenReached'],
    [splitBy?.into === 'sheets', 'split.unsupported', '/splitBy/into'],
  ];
  return unsupported.filter(([applies]) => applies).map(([, code, pointer]) => problem(code, pointer, message));
}

function splitProblems({ splitBy, columns }: TemplateDefinition): DefinitionProblem[] {
  if (splitBy === null) return [];
  const { header } = splitBy;
  const column = columns.find((candidate) => candidate.header === header);
  if (column === undefined) {
    const message = `No column of the template has the header "${header}".`;
    return [problem('split.unknown_header', '/splitBy/header', message)];
  }
  if (isComparable(column.dataType)) return [];
  const message = `Rows cannot be split by a column of type ${column.dataType}, since they cannot be sorted by it.`;
  return [problem('split.unsupported', '/splitBy/header', message)];
}

function fileNameProblems({ fileName, splitBy }: TemplateDefinition): DefinitionProblem[] {
  if (fileName === null) return [];
  const reading = readFileNamePattern(fileName);
  if (!reading.ok) return [problem('file_name.invalid', '/fileName', `The pattern of file names ${reading.problem}.`)];
  const hasValue = reading.pieces.some((piece) => piece.type === 'placeholder' && piece.name === 'value');
  if (!hasValue || isIntoFiles(splitBy)) return [];
  const message = 'The placeholder {value} needs splitBy into files: else a file has rows of any value.';
  return [problem('file_name.invalid', '/fileName', message)];
}

function isIntoFiles(splitBy: SplitBy | null): boolean {
  return splitBy?.into === 'files';
}

function problem(code: DefinitionProblemCode, pointer: string, message: string): DefinitionProblem {
  return { code, pointer, message };
}
