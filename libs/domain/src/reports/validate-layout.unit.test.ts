import { FLIGHTS_STATE, reportColumn, templateDefinition } from '../testing/samples';
import { PLAIN_REPORT, type ReportLayout, type TemplateDefinition } from './definition';
import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, DEFAULT_XLSX } from './output-options';
import { validateDefinition } from './validate-definition';

const PLAIN = { rowNumbers: false, totals: false, coverSheet: false };

function problems(layout: Partial<ReportLayout>, more: Partial<TemplateDefinition> = {}): string[] {
  const definition = templateDefinition({ ...more, layout: { ...PLAIN, ...layout } });
  return validateDefinition(definition, FLIGHTS_STATE)
    .filter(({ pointer }) => pointer !== '/output/format')
    .map(({ code, pointer }) => `${code} ${pointer}`);
}

describe('the layout', () => {
  it('has row numbers in every format, under a header of their own', () => {
    expect(problems({ rowNumbers: true }, { output: DEFAULT_JSON_LINES })).toEqual([]);
    expect(problems({ rowNumbers: true }, { output: DEFAULT_PARQUET })).toEqual([]);
    const columns = [reportColumn('origin', 'string'), reportColumn('delay', 'integer', { header: '#' })];
    expect(problems({ rowNumbers: true }, { columns })).toEqual(['header.duplicate /columns/1/header']);
    expect(problems({}, { columns })).toEqual([]);
  });

  it('has no totals of a report that is split', () => {
    const limits = { ...PLAIN_REPORT.limits, whenReached: 'split_files' } as const;
    const splitBy = { header: 'delay', into: 'files' } as const;
    for (const more of [{ limits }, { splitBy }]) {
      expect(problems({ totals: true }, more)).toEqual(['layout.unsupported /layout/totals']);
      expect(problems({ rowNumbers: true }, more)).toEqual([]);
    }
  });

  it('has totals where people read them', () => {
    expect(problems({ totals: true })).toEqual([]);
    expect(problems({ totals: true }, { output: DEFAULT_XLSX })).toEqual([]);
    expect(problems({ totals: true }, { output: DEFAULT_JSON_LINES })).toEqual(['layout.unsupported /layout/totals']);
    expect(problems({ totals: true }, { output: DEFAULT_PARQUET })).toEqual(['layout.unsupported /layout/totals']);
  });

  it.each([
    [reportColumn('delay', 'integer', { aggregate: 'sum' }), []],
    [reportColumn(null, 'integer', { aggregate: 'count' }), []],
    [reportColumn('revenue', 'currency', { aggregate: 'sum' }), []],
    [reportColumn('occupancy', 'percent', { aggregate: 'sum' }), ['layout.unsupported /layout/totals']],
    [reportColumn('airborne', 'duration', { aggregate: 'sum' }), ['layout.unsupported /layout/totals']],
    [reportColumn('delay', 'decimal', { aggregate: 'avg' }), ['layout.unsupported /layout/totals']],
    [reportColumn('delay', 'integer', { aggregate: 'max' }), ['layout.unsupported /layout/totals']],
    [reportColumn('delay', 'integer', { aggregate: 'count_distinct' }), ['layout.unsupported /layout/totals']],
    [reportColumn('delay', 'string', { aggregate: 'sum' }), ['layout.unsupported /layout/totals']],
  ])('has totals of what can be summed: %j', (column, expected) => {
    expect(problems({ totals: true }, { columns: [column], groupBy: [] })).toEqual(expected);
  });

  it('has a cover sheet where there are sheets', () => {
    expect(problems({ coverSheet: true }, { output: DEFAULT_XLSX })).toEqual([]);
    for (const output of [DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET]) {
      expect(problems({ coverSheet: true }, { output })).toEqual(['layout.unsupported /layout/coverSheet']);
    }
  });
});
