import { datasetColumn, FLIGHTS, FLIGHTS_STATE, reportColumn, templateDefinition } from '../testing/samples';
import type { ReportColumn, TemplateDefinition } from './definition';
import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, DEFAULT_XLSX } from './output-options';
import { validateDefinition } from './validate-definition';

const problems = (more: Partial<TemplateDefinition>, dataset = FLIGHTS_STATE) =>
  validateDefinition(templateDefinition(more), dataset).map(({ code, pointer }) => `${code} ${pointer}`);

describe('the dataset', () => {
  it('must exist; what can be told without it is told all the same', () => {
    const more = { columns: [reportColumn('nowhere', 'decimal', { format: 'x', header: '' })], rowLimit: 0 };
    expect(problems(more, { status: 'absent' })).toEqual([
      'dataset.missing /datasetId',
      'format.invalid /columns/0/format',
      'header.empty /columns/0/header',
      'row_limit.out_of_range /rowLimit',
    ]);
  });
  it('must be the one that the definition names', () => {
    const other = { status: 'active', datasetId: 'another', definition: FLIGHTS } as const;
    expect(problems({}, other)).toEqual(['dataset.missing /datasetId']);
  });
  it('must not be retired', () => {
    const retired = { ...FLIGHTS_STATE, status: 'retired' } as typeof FLIGHTS_STATE;
    expect(problems({}, retired)).toEqual(['dataset.retired /datasetId']);
    expect(problems({ columns: [reportColumn('nowhere', 'string')] }, retired)).toEqual([
      'dataset.retired /datasetId',
      'column.unknown /columns/0/column',
    ]);
  });
});

it('has a language that is known', () => {
  expect(problems({ locale: 'de-CH' })).toEqual([]);
  expect(problems({ locale: 'de_CH' })).toEqual(['locale.invalid /locale']);
});

describe('the columns', () => {
  it('are sound as the dataset has them, one of each type', () => {
    expect(problems({ columns: FLIGHTS.columns.map(({ name, type }) => reportColumn(name, type)) })).toEqual([]);
  });
  it('must not be empty', () => {
    expect(problems({ columns: [] })).toEqual(['columns.empty /columns']);
  });
  it('are 500 at most', () => {
    const columns = Array.from({ length: 501 }, (_, index) =>
      reportColumn('origin', 'string', { header: `h${index}` }),
    );
    expect(problems({ columns })).toEqual(['columns.too_many /columns']);
    expect(problems({ columns: columns.slice(1) })).toEqual([]);
  });
  it('must be of the dataset, by the very name', () => {
    expect(problems({ columns: [reportColumn('Origin', 'string'), reportColumn('constructor', 'string')] })).toEqual([
      'column.unknown /columns/0/column',
      'column.unknown /columns/1/column',
    ]);
  });
  it('must be named unless rows are counted', () => {
    const rows = reportColumn(null, 'integer', { aggregate: 'count' });
    expect(problems({ columns: [rows], groupBy: [] })).toEqual([]);
    expect(problems({ columns: [{ ...rows, dataType: 'date' }], groupBy: [] })).toEqual([
      'column.inconvertible /columns/0/dataType',
    ]);
    expect(problems({ columns: [{ ...rows, aggregate: 'sum' }], groupBy: [] })).toEqual([
      'column.missing /columns/0/column',
    ]);
    expect(problems({ columns: [{ ...rows, aggregate: null }] })).toEqual(['column.missing /columns/0/column']);
  });
  it('are calculated from an expression over the dataset, or taken from it, never both', () => {
    const calculated = (expression: string, more = {}) => ({
      columns: [reportColumn(null, 'decimal', { expression, ...more })],
    });
    expect(problems(calculated('fare * delay'))).toEqual([]);
    expect(problems(calculated('fare * delay', { column: 'fare' }))).toEqual(['expression.invalid /columns/0/column']);
    expect(problems(calculated('fare *'))).toEqual(['expression.invalid /columns/0/expression']);
    expect(problems(calculated("'\0'"))).toEqual(['expression.invalid /columns/0/expression']);
    expect(problems(calculated('fare * origin'))).toEqual(['expression.type /columns/0/expression']);
    expect(problems(calculated('fare * gate'))).toEqual(['column.unknown /columns/0/expression']);
    expect(problems(calculated('origin'))).toEqual(['column.inconvertible /columns/0/dataType']);
    expect(problems(calculated('fare *'), { status: 'absent' })).toEqual([
      'dataset.missing /datasetId',
      'expression.invalid /columns/0/expression',
    ]);
    expect(problems(calculated('fare * gate'), { status: 'absent' })).toEqual(['dataset.missing /datasetId']);
  });
  it('that are calculated are aggregated as a column of their type, or made of grouped columns', () => {
    const calculated = (expression: string, more: Partial<ReportColumn> = {}, groupBy: string[] | null = ['origin']) =>
      problems({ columns: [reportColumn(null, 'integer', { expression, ...more })], groupBy });
    expect(calculated('delay * 2', { aggregate: 'sum' })).toEqual([]);
    expect(calculated('length(origin)')).toEqual([]);
    expect(calculated('1 + 1', {}, [])).toEqual([]);
    expect(calculated('delay * 2', { aggregate: 'sum' }, null)).toEqual([
      'aggregate.without_grouping /columns/0/aggregate',
    ]);
    expect(calculated("origin || 'x'", { aggregate: 'sum' })).toEqual(['aggregate.unsupported /columns/0/aggregate']);
    expect(calculated('delay * 2', { aggregate: 'avg' })).toEqual(['column.inconvertible /columns/0/dataType']);
    expect(calculated('length(origin) + delay')).toEqual(['column.not_grouped /columns/0/expression']);
  });
  it('must be convertible', () => {
    expect(
      problems({ columns: [reportColumn('delay', 'decimal'), reportColumn('origin', 'integer', { header: 'b' })] }),
    ).toEqual(['column.inconvertible /columns/1/dataType']);
  });
  it('must have a format of their type', () => {
    const columns = [
      reportColumn('fare', 'decimal', { format: '#,##0.00' }),
      reportColumn('day', 'date', { format: 'HH:mm' }),
      reportColumn('departed_at', 'date', { format: 'yyyy' }),
    ];
    expect(problems({ columns })).toEqual(['format.invalid /columns/1/format']);
  });
});

describe('the headers', () => {
  const headed = (...headers: string[]) =>
    problems({ columns: headers.map((header) => reportColumn('origin', 'string', { header })) });
  it('must not be empty', () =>
    expect(headed('', ' \t')).toEqual(['header.empty /columns/0/header', 'header.empty /columns/1/header']));
  it('must not come twice', () => {
    expect(headed('a', 'b', 'a', 'a')).toEqual([
      'header.duplicate /columns/2/header',
      'header.duplicate /columns/3/header',
    ]);
    expect(headed('a', 'A', '__proto__')).toEqual([]);
  });
  it('must not come twice in Parquet, capital letters or not', () => {
    const columns = ['Ä', 'ä', 'b'].map((header) => reportColumn('origin', 'string', { header }));
    expect(problems({ columns, output: DEFAULT_PARQUET })).toEqual(['header.duplicate /columns/1/header']);
    expect(problems({ columns, output: DEFAULT_JSON_LINES })).toEqual([]);
  });
  it.each(['a\u0000', 'a\ud800', '\udc00', 'a\u0007', 'a\uffff', 'x'.repeat(256)])('must not be %j', (header) => {
    expect(headed(header)).toEqual(['header.invalid /columns/0/header']);
  });
  it.each(['x'.repeat(255), '😀', 'two\nlines', "=1+1; DROP TABLE 'x'"])('may be %j', (header) => {
    expect(headed(header)).toEqual([]);
  });
});

describe('grouping', () => {
  const sum = reportColumn('delay', 'integer', { aggregate: 'sum' });
  it('is needed by an aggregate', () => {
    expect(problems({ columns: [sum] })).toEqual(['aggregate.without_grouping /columns/0/aggregate']);
  });
  it('takes in every column without one', () => {
    const columns = [reportColumn('origin', 'string'), reportColumn('day', 'date'), sum];
    expect(problems({ columns, groupBy: ['origin'] })).toEqual(['column.not_grouped /columns/1/column']);
    expect(problems({ columns, groupBy: ['day', 'origin'] })).toEqual([]);
  });
  it('may make one row over everything', () => {
    expect(problems({ columns: [sum], groupBy: [] })).toEqual([]);
  });
  it('names columns of the dataset, once, and such as can be compared', () => {
    expect(problems({ columns: [sum], groupBy: ['origin', 'nowhere', 'origin', 'details'] })).toEqual([
      'group.unknown_column /groupBy/1',
      'group.duplicate /groupBy/2',
      'group.unsupported /groupBy/3',
    ]);
  });
  it('is by 500 columns at most', () => {
    const names = Array.from({ length: 501 }, (_, index) => `c${index}`);
    const wide = {
      ...FLIGHTS_STATE,
      definition: {
        ...FLIGHTS,
        columns: [datasetColumn('delay', 'integer'), ...names.map((name) => datasetColumn(name, 'string'))],
      },
    } as typeof FLIGHTS_STATE;
    expect(problems({ columns: [sum], groupBy: names }, wide)).toEqual(['columns.too_many /groupBy']);
  });
  it('needs aggregates that the type has, of a type that the result can be', () => {
    const columns = [
      reportColumn('origin', 'string', { aggregate: 'sum', header: 'a' }),
      reportColumn('delay', 'integer', { aggregate: 'avg', header: 'b' }),
      reportColumn('delay', 'decimal', { aggregate: 'avg', header: 'c' }),
      reportColumn('id', 'integer', { aggregate: 'count_distinct', header: 'd' }),
      reportColumn('departed_at', 'date', { aggregate: 'max', header: 'e' }),
    ];
    expect(problems({ columns, groupBy: [] })).toEqual([
      'aggregate.unsupported /columns/0/aggregate',
      'column.inconvertible /columns/1/dataType',
    ]);
  });
});

describe('sorting', () => {
  const by = (...headers: string[]) => headers.map((header) => ({ header, direction: 'ascending' as const }));
  it('goes by headers of the template, once each', () => {
    expect(problems({ sort: by('delay', 'origin') })).toEqual([]);
    expect(problems({ sort: by('delay', 'fare', 'delay') })).toEqual([
      'sort.unknown_header /sort/1/header',
      'sort.duplicate /sort/2/header',
    ]);
  });
  it('goes by values that can be compared', () => {
    expect(problems({ columns: [reportColumn('details', 'json')], sort: by('details') })).toEqual([
      'sort.unsupported /sort/0/header',
    ]);
    expect(problems({ columns: [reportColumn('details', 'string')], sort: by('details') })).toEqual([]);
  });
});

describe('the output', () => {
  const csv = (more: object) => problems({ output: { ...DEFAULT_CSV, ...more } });
  const xlsx = (more: object) => problems({ output: { ...DEFAULT_XLSX, ...more } });
  it.each(['', 'NULL', '\\N', '-'])('may write NULL as %j', (nullText) => expect(csv({ nullText })).toEqual([]));
  it.each(['a,b', '"', 'a\nb', '\r', 'a\u0000', '\ud800', 'x'.repeat(101)])('must not write NULL as %j', (nullText) =>
    expect(csv({ nullText })).toEqual(['output.invalid /output/nullText']),
  );
  it('may write NULL with a comma when another character delimits', () => {
    expect(csv({ nullText: 'a,b', delimiter: ';' })).toEqual([]);
  });
  it('may begin with a byte order mark in the encodings of Unicode alone', () => {
    expect(csv({ byteOrderMark: true, encoding: 'utf-8' })).toEqual([]);
    expect(csv({ byteOrderMark: true, encoding: 'utf-16le' })).toEqual([]);
    expect(csv({ byteOrderMark: false, encoding: 'windows-1252' })).toEqual([]);
    expect(csv({ byteOrderMark: true, encoding: 'windows-1252' })).toEqual(['output.invalid /output/byteOrderMark']);
  });
  it('may be JSON Lines and Parquet', () => {
    expect(problems({ output: { ...DEFAULT_JSON_LINES, compression: 'gzip' } })).toEqual([]);
    expect(problems({ output: { ...DEFAULT_PARQUET, compression: 'snappy' } })).toEqual([]);
    expect(problems({ output: { ...DEFAULT_PARQUET, retentionMinutes: 0 } })).toEqual([
      'output.invalid /output/retentionMinutes',
    ]);
  });
  it.each(['Report', "Anna's flights", 'x'.repeat(31), '2026 & 2027'])('may name the sheet %j', (sheetName) =>
    expect(xlsx({ sheetName })).toEqual([]),
  );
  it.each([
    '',
    ' ',
    'x'.repeat(32),
    'a[b',
    'a]b',
    'a:b',
    'a*b',
    'a?b',
    'a/b',
    'a\\b',
    "'a",
    "a'",
    'History',
    'a\nb',
    'a\u0000',
    '\ud800',
  ])('must not name the sheet %j', (sheetName) =>
    expect(xlsx({ sheetName })).toEqual(['output.invalid /output/sheetName']),
  );
  it.each([1, 5_259_600, null])('may be kept %s minutes', (retentionMinutes) => {
    expect(csv({ retentionMinutes })).toEqual([]);
  });
  it.each([0, -1, 0.5, 5_259_601, Number.NaN])('must not be kept %d minutes', (retentionMinutes) => {
    expect(xlsx({ retentionMinutes })).toEqual(['output.invalid /output/retentionMinutes']);
  });
});

it('tells all problems at once, each in a sentence', () => {
  const all = validateDefinition(
    templateDefinition({
      columns: [
        reportColumn('nowhere', 'string', { header: 'x' }),
        reportColumn('origin', 'integer', { header: 'x', format: '??' }),
        reportColumn('delay', 'integer', { aggregate: 'sum' }),
      ],
      filter: { type: 'condition', column: 'delay', operator: 'contains', operands: [] },
      sort: [{ header: 'y', direction: 'descending' }],
      rowLimit: 0,
      output: { ...DEFAULT_XLSX, sheetName: '' },
    }),
    FLIGHTS_STATE,
  );
  expect(all.map(({ code }) => code)).toEqual([
    'column.unknown',
    'column.inconvertible',
    'format.invalid',
    'aggregate.without_grouping',
    'header.duplicate',
    'operator.unsupported',
    'operand.count',
    'sort.unknown_header',
    'row_limit.out_of_range',
    'output.invalid',
  ]);
  for (const { message } of all) expect(message).toMatch(/^[A-Z"].{10,}\.$/);
});
