import { DuckDBInstance } from '@duckdb/node-api';
import { Workbook, type CellValue } from 'exceljs';
import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, DEFAULT_XLSX, type TemplateDefinition } from '#domain';
import { datasetColumn, reportColumn } from '#domain/testing';
import { TableReports } from './testing/table-reports';

const TABLE = `
  CREATE TABLE report_rows (id int, origin text, delay int, fare numeric(20, 4), ratio real, big bigint, day date, doc json);
  INSERT INTO report_rows
  SELECT n, 'AP' || n % 3, n, n / 8.0, 0.1, 9000000000000000000, date '2026-01-01' + n, '{}' FROM generate_series(1, 10) n`;
const COLUMNS = [
  datasetColumn('id', 'integer'),
  datasetColumn('origin', 'string'),
  datasetColumn('delay', 'integer'),
  datasetColumn('fare', 'decimal'),
  datasetColumn('ratio', 'decimal'),
  datasetColumn('big', 'integer'),
  datasetColumn('day', 'date'),
  datasetColumn('doc', 'json'),
];
const NUMBERED = { rowNumbers: true, totals: false, coverSheet: false };
const TOTALLED = { ...NUMBERED, rowNumbers: false, totals: true };
const FRAMED = { ...NUMBERED, totals: true };

let reports: TableReports;

beforeAll(async () => {
  reports = await TableReports.open(TABLE, COLUMNS);
});
afterAll(() => reports.close());

const id = reportColumn('id', 'integer');
const origin = reportColumn('origin', 'string');
const delay = reportColumn('delay', 'integer');
const BY_DELAY = [{ header: 'delay', direction: 'descending' }] as const;

async function sheet(more: Partial<TemplateDefinition>): Promise<CellValue[][]> {
  const workbook = new Workbook();
  const bytes = await reports.file(await reports.run({ output: DEFAULT_XLSX, ...more }));
  await workbook.xlsx.load(bytes as unknown as Parameters<typeof workbook.xlsx.load>[0]);
  const rows: CellValue[][] = [];
  workbook.worksheets[0]?.eachRow((row) => rows.push((row.values as CellValue[]).slice(1)));
  return rows;
}

describe('rows', () => {
  it('are sorted by the value of a column, however it and others of the same source are written', async () => {
    const text = reportColumn('delay', 'string', { header: 'text' });
    const byText = [{ header: 'text', direction: 'descending' }] as const;
    expect((await reports.lines({ columns: [text], sort: byText })).slice(0, 3)).toEqual(['text', '10', '9']);
    expect((await reports.lines({ columns: [text, delay], sort: BY_DELAY })).slice(0, 2)).toEqual([
      'text,delay',
      '10,10',
    ]);
  });
});

describe('a cover sheet', () => {
  const layout = { rowNumbers: true, totals: true, coverSheet: true };
  const literal = { type: 'literal', parameter: 'late', value: '2' } as const;
  const filter = { type: 'condition', column: 'delay', operator: 'gt', operands: [literal] } as const;
  const parameters = [{ name: 'late', label: 'Late <from> & on', dataType: 'integer', defaultValue: '2' }] as const;
  const more = { columns: [origin, delay], sort: BY_DELAY, output: DEFAULT_XLSX, layout, filter, parameters };

  async function workbook(given: Partial<TemplateDefinition>, ownerName = 'Anna 😀') {
    const output = await reports.run({ ...more, ...given }, { ownerName });
    const read = new Workbook();
    const bytes = await reports.file(output);
    await read.xlsx.load(bytes as unknown as Parameters<typeof read.xlsx.load>[0]);
    const [about, rows] = read.worksheets;
    const lines: CellValue[][] = [];
    about?.eachRow((row) => lines.push((row.values as CellValue[]).slice(1)));
    return { output, read, rows, lines };
  }

  it('tells first what the report is, of what and of how much', async () => {
    const { output, read, rows, lines } = await workbook({});
    expect(read.worksheets.map(({ name }) => name)).toEqual(['About', 'Report']);
    expect(lines).toEqual([
      ['Report', 'All'],
      ['Dataset', 'All'],
      ['Due', '2026-11-23 12:00 (UTC)'],
      ['Filter', 'delay is more than 2'],
      ['Late <from> & on', '2'],
      ['Made for', 'Anna 😀'],
      ['Rows', '8'],
    ]);
    expect(rows?.getRow(2).values).toEqual([undefined, 1, 'AP1', 10]);
    expect(rows?.rowCount).toBe(10);
    expect(output.files).toMatchObject([{ rows: 8, sheets: [{ name: 'Report', fromRow: 1, toRow: 8 }] }]);
  });

  it('notes that a limit cut the report, and that all rows are in it', async () => {
    const { lines } = await workbook({ rowLimit: 3, filter: null, parameters: [] }, '=1+1');
    expect(lines.slice(3)).toEqual([
      ['Filter', 'All rows'],
      ['Made for', '=1+1'],
      ['Rows', '3'],
      ['Note', 'The report has more rows: a limit cut it here.'],
    ]);
  });

  it('has another name where the rows have its own, and a filter over the rows alone', async () => {
    const { read } = await workbook({ output: { ...DEFAULT_XLSX, sheetName: 'about' } });
    expect(read.worksheets.map(({ name }) => name)).toEqual(['About (2)', 'about']);
    expect(read.worksheets.map(({ autoFilter }) => autoFilter ?? null)).toEqual([null, 'A1:C9']);
  });
});

describe('row numbers', () => {
  it('count the rows in their order', async () => {
    const lines = await reports.lines({ columns: [origin, delay], sort: BY_DELAY, layout: NUMBERED });
    expect(lines.slice(0, 3)).toEqual(['#,origin,delay', '1,AP1,10', '2,AP0,9']);
    expect(lines.at(-1)).toBe('10,AP1,1');
  });

  it('count groups, and rows up to the limit', async () => {
    const count = reportColumn(null, 'integer', { aggregate: 'count' });
    const sort = [{ header: 'origin', direction: 'ascending' }] as const;
    const grouped = { columns: [origin, count], groupBy: ['origin'], sort, layout: NUMBERED };
    expect(await reports.lines(grouped)).toEqual(['#,origin,Rows', '1,AP0,3', '2,AP1,4', '3,AP2,3']);
    const output = await reports.run({ ...grouped, rowLimit: 2 });
    expect(output).toMatchObject({ rows: 2, truncated: true, warnings: [{ code: 'row_limit.template' }] });
    expect((await reports.file(output)).toString()).toBe('#,origin,Rows\n1,AP0,3\n2,AP1,4\n');
  });

  it('stand before equal columns too, and are numbers in a sheet', async () => {
    const columns = [delay, { ...delay, header: 'again' }];
    expect((await sheet({ columns, sort: BY_DELAY, layout: NUMBERED })).slice(0, 2)).toEqual([
      ['#', 'delay', 'again'],
      [1, 10, 10],
    ]);
  });

  it('are members of JSON Lines', async () => {
    const output = DEFAULT_JSON_LINES;
    const [first, second] = await reports.lines({ columns: [origin, delay], sort: BY_DELAY, layout: NUMBERED, output });
    expect([first, second]).toEqual(['{"#":1,"origin":"AP1","delay":10}', '{"#":2,"origin":"AP0","delay":9}']);
  });

  it('are a column of Parquet', async () => {
    const output = await reports.run({ columns: [delay], sort: BY_DELAY, layout: NUMBERED, output: DEFAULT_PARQUET });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(`FROM read_parquet('${reports.world.pathOf(output)}') LIMIT 2`);
    expect(read.getRowsJson()).toEqual([
      ['1', '10'],
      ['2', '9'],
    ]);
    connection.closeSync();
    instance.closeSync();
  });

  it('are previewed', async () => {
    const preview = await reports.preview({ columns: [delay], sort: BY_DELAY, layout: FRAMED }, 2);
    expect(preview.columns.map(({ header }) => header)).toEqual(['#', 'delay']);
    expect(preview).toMatchObject({
      rows: [
        ['1', '10'],
        ['2', '9'],
      ],
      truncated: true,
    });
  });
});

describe('totals', () => {
  it('are exact, written as their columns are, and no row of the manifest', async () => {
    const columns = [
      reportColumn('day', 'date'),
      origin,
      reportColumn('origin', 'string', { header: 'Other' }),
      delay,
      reportColumn('fare', 'decimal', { format: '#,##0.00' }),
      reportColumn('ratio', 'decimal'),
      reportColumn('big', 'integer'),
      reportColumn('delay', 'string', { header: 'Text' }),
      reportColumn('doc', 'json'),
      reportColumn(null, 'decimal', { expression: 'fare * 1000', header: 'Thousandfold', format: '#,##0.0' }),
    ];
    const output = await reports.run({ columns, sort: BY_DELAY, layout: TOTALLED });
    const lines = (await reports.file(output)).toString().split('\n');
    expect(lines).toHaveLength(13);
    expect(lines[1]).toBe('2026-01-11,AP1,AP1,10,1.25,0.1,9000000000000000000,10,{},"1,250.0"');
    expect(lines[11]).toBe(',Total,,55,6.88,1.0,90000000000000000000,,,"6,875.0"');
    expect(output).toMatchObject({ rows: 10, truncated: false, warnings: [], files: [{ rows: 10 }] });
  });

  it('leave averages, extremes and distinct counts empty', async () => {
    const aggregates = (['sum', 'count', 'avg', 'min', 'max', 'count_distinct'] as const).map((aggregate) =>
      reportColumn('delay', aggregate === 'avg' ? 'decimal' : 'integer', { aggregate, header: aggregate }),
    );
    const sort = [{ header: 'origin', direction: 'ascending' }] as const;
    const lines = await reports.lines({
      columns: [origin, ...aggregates],
      groupBy: ['origin'],
      sort,
      layout: TOTALLED,
    });
    expect(lines.at(-1)).toBe('Total,55,10,,,,');
  });

  it('are of the rows in the file when a limit cuts the report', async () => {
    const template = {
      columns: [id, origin],
      sort: [{ header: 'id', direction: 'ascending' }] as const,
      layout: FRAMED,
    };
    const cut = await reports.run({ ...template, rowLimit: 4 });
    expect((await reports.file(cut)).toString()).toBe('#,id,origin\n1,1,AP1\n2,2,AP2\n3,3,AP0\n4,4,AP1\n,10,Total\n');
    expect(cut).toMatchObject({ rows: 4, truncated: true, warnings: [{ code: 'row_limit.template' }] });
    const whole = await reports.run({ ...template, rowLimit: 10 });
    expect(whole).toMatchObject({ rows: 10, truncated: false, warnings: [] });
  });

  it('of no rows are zero', async () => {
    const filter = { type: 'condition', column: 'id', operator: 'is_null', operands: [] } as const;
    const output = await reports.run({ columns: [origin, delay], filter, layout: FRAMED });
    expect((await reports.file(output)).toString()).toBe('#,origin,delay\n,Total,0\n');
    expect(output).toMatchObject({ rows: 0, truncated: false });
  });

  it('are typed cells in a sheet, whose manifest does not count them', async () => {
    const columns = [origin, delay, reportColumn('fare', 'decimal', { format: '0.00' }), reportColumn('day', 'date')];
    const rows = await sheet({ columns, sort: BY_DELAY, layout: FRAMED });
    expect(rows).toHaveLength(12);
    expect(rows[1]).toEqual([1, 'AP1', 10, 1.25, new Date('2026-01-11')]);
    expect(rows[11]).toEqual([undefined, 'Total', 55, 6.875]);
    const { files } = await reports.run({ columns, output: DEFAULT_XLSX, layout: FRAMED });
    expect(files).toMatchObject([{ rows: 10, sheets: [{ fromRow: 1, toRow: 10 }] }]);
  });

  it('of amounts are written in the language of the report', async () => {
    const amount = reportColumn('fare', 'currency', { format: '#,##0.00 ¤EUR', header: 'Amount' });
    const big = { expression: 'fare * 1000000', dataType: 'currency', column: null, header: 'Large' } as const;
    const lines = await reports.lines({ columns: [amount, { ...amount, ...big }], layout: TOTALLED, locale: 'de' });
    expect(lines.at(-1)).toBe('"6,88 €","6.875.000,00 €"');
  });

  it('are written in every CSV dialect', async () => {
    const dialect = { ...DEFAULT_CSV, delimiter: ';', nullText: '-' } as const;
    const output = await reports.run({
      columns: [delay, origin],
      sort: BY_DELAY,
      rowLimit: 1,
      layout: FRAMED,
      output: dialect,
    });
    expect((await reports.file(output)).toString()).toBe('#;delay;origin\r\n1;10;AP1\r\n-;10;Total\r\n');
  });

  it('come last after many rows, which are all there', async () => {
    await reports.admin.query(`
      CREATE TABLE many AS SELECT n AS id, md5(n::text) AS origin FROM generate_series(1, 200000) n;
      ALTER TABLE report_rows RENAME TO few; ALTER TABLE many RENAME TO report_rows`);
    const output = await reports.run({ columns: [id, origin], layout: FRAMED });
    const lines = (await reports.file(output)).toString().trimEnd().split('\n').slice(1);
    expect(output.rows).toBe(200_000);
    expect(lines.at(-1)).toBe(',20000100000,Total');
    const inOrder = lines.slice(0, -1).every((line, index) => line.startsWith(`${index + 1},`));
    expect([lines.length, inOrder]).toEqual([200_001, true]);
    await reports.admin.query('ALTER TABLE report_rows RENAME TO many; ALTER TABLE few RENAME TO report_rows');
  });
});
