import { reportColumn, templateDefinition } from '../testing/samples';
import { PLAIN_REPORT, type ReportLimits, type TemplateDefinition } from './definition';
import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, DEFAULT_XLSX } from './output-options';
import { validateLimits } from './validate-limits';

const problems = (more: Partial<TemplateDefinition>) =>
  validateLimits(templateDefinition({ output: DEFAULT_XLSX, ...more })).map(
    ({ code, pointer }) => `${code} ${pointer}`,
  );
const limits = (more: Partial<ReportLimits>) => ({ limits: { ...PLAIN_REPORT.limits, ...more } });
const WITHOUT_SHEETS = [DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET];

describe('the row limit', () => {
  it.each([null, 1, 10_000_000])('may be %s', (rowLimit) => expect(problems({ rowLimit })).toEqual([]));
  it.each([0, -1, 1.5, 10_000_001, Number.NaN, Infinity])('must not be %d', (rowLimit) =>
    expect(problems({ rowLimit })).toEqual(['row_limit.out_of_range /rowLimit']),
  );
});

describe('limits of files, sheets and time', () => {
  const MOST = { rowsPerFile: 10_000_000, rowsPerSheet: 1_048_575, bytesPerFile: 1_099_511_627_776, seconds: 604_800 };
  it.each(Object.entries(MOST))('%s may be 1 to %d', (name, most) => {
    for (const value of [null, 1, most]) expect(problems(limits({ [name]: value }))).toEqual([]);
    for (const value of [0, -1, 1.5, most + 1, Number.NaN]) {
      expect(problems(limits({ [name]: value }))).toEqual([`limits.out_of_range /limits/${name}`]);
    }
  });

  it.each(WITHOUT_SHEETS)('sheets are for XLSX: $format', (output) => {
    expect(problems({ output, ...limits({ rowsPerSheet: 10, whenReached: 'split_sheets' }) })).toEqual([
      'limits.unsupported /limits/rowsPerSheet',
      'limits.unsupported /limits/whenReached',
    ]);
    expect(problems({ output, ...limits({ rowsPerFile: 10, whenReached: 'split_files' }) })).toEqual([]);
  });
});

describe('splitting by a value', () => {
  const columns = [
    reportColumn('origin', 'string', { header: 'From' }),
    reportColumn('details', 'json'),
    reportColumn('stops', 'array'),
  ];
  const by = (header: string, into: 'files' | 'sheets' = 'files') => ({ columns, splitBy: { header, into } });

  it('needs a column of the template, by its header', () => {
    expect(problems(by('From'))).toEqual([]);
    expect(problems(by('From', 'sheets'))).toEqual([]);
    expect(problems(by('origin'))).toEqual(['split.unknown_header /splitBy/header']);
  });

  it('needs values that can be sorted', () => {
    expect(problems(by('details'))).toEqual(['split.unsupported /splitBy/header']);
    expect(problems(by('stops'))).toEqual(['split.unsupported /splitBy/header']);
  });

  it.each(WITHOUT_SHEETS)('into sheets is for XLSX: $format', (output) => {
    expect(problems({ output, ...by('From', 'sheets') })).toEqual(['split.unsupported /splitBy/into']);
    expect(problems({ output, ...by('From', 'files') })).toEqual([]);
  });
});

describe('the pattern of file names', () => {
  it('is checked', () => {
    expect(problems({ fileName: '{template}_{date}_{part}-of-{parts}' })).toEqual([]);
    expect(problems({ fileName: '{region}' })).toEqual(['file_name.invalid /fileName']);
    expect(problems({ fileName: '../../x' })).toEqual(['file_name.invalid /fileName']);
  });

  it('has a value only where each file has one', () => {
    const fileName = '{value}';
    expect(problems({ fileName })).toEqual(['file_name.invalid /fileName']);
    expect(problems({ fileName, splitBy: { header: 'origin', into: 'sheets' } })).toEqual([
      'file_name.invalid /fileName',
    ]);
    expect(problems({ fileName, splitBy: { header: 'origin', into: 'files' } })).toEqual([]);
  });
});

it('says what would be right', () => {
  const wrong = templateDefinition({
    ...limits({ rowsPerSheet: 5, seconds: 0 }),
    splitBy: { header: 'x', into: 'sheets' },
    fileName: '{x}',
  });
  const all = validateLimits(wrong);
  expect(all).toHaveLength(5);
  for (const { message } of all) expect(message).toMatch(/^[A-Za-z"].{10,}[.]$/);
});
