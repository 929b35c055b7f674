import { Workbook } from 'exceljs';
import { DEFAULT_CSV, DEFAULT_XLSX, type ReportColumn } from '#domain';
import { datasetColumn, reportColumn } from '#domain/testing';
import { TableReports } from './testing/table-reports';

const TABLE = `
  CREATE TABLE report_rows (origin text, distance int, fare numeric(8, 2));
  INSERT INTO report_rows VALUES ('AP1', 100, 10), ('AP1', 200, 30.10), ('AP2', 0, 5), ('=AP3', NULL, 7.77)`;
const COLUMNS = [
  datasetColumn('origin', 'string'),
  datasetColumn('distance', 'integer'),
  datasetColumn('fare', 'decimal'),
];

let reports: TableReports;

beforeAll(async () => {
  reports = await TableReports.open(TABLE, COLUMNS);
});
afterAll(() => reports.close());

const calculated = (expression: string, more: Partial<ReportColumn> = {}) =>
  reportColumn(null, 'decimal', { expression, header: 'Value', ...more });

describe('a calculated column', () => {
  it('is written beside others, in its format, and sorted by its value', async () => {
    const columns = [
      reportColumn('origin', 'string'),
      calculated('round(fare / distance, 4)', { format: '0.000', header: 'Per km' }),
      calculated("upper(origin) || '!'", { dataType: 'string', header: 'Loud' }),
    ];
    const sort = [{ header: 'Per km', direction: 'descending' }] as const;
    expect(await reports.lines({ columns, sort })).toEqual([
      'origin,Per km,Loud',
      'AP1,0.151,AP1!',
      'AP1,0.100,AP1!',
      'AP2,,AP2!',
      '=AP3,,=AP3!',
    ]);
  });

  it('is aggregated over its values', async () => {
    const columns = [
      reportColumn('origin', 'string'),
      calculated('distance * 2', { dataType: 'integer', aggregate: 'sum', header: 'Doubled' }),
      calculated('if(fare > 8, 1, null)', { dataType: 'integer', aggregate: 'count', header: 'Dear' }),
      calculated("substring(origin, 1, 2) || '…'", { dataType: 'string', header: 'Group' }),
    ];
    const sort = [{ header: 'origin', direction: 'ascending' }] as const;
    expect(await reports.lines({ columns, groupBy: ['origin'], sort })).toEqual([
      'origin,Doubled,Dear,Group',
      '=AP3,,0,=A…',
      'AP1,600,2,AP…',
      'AP2,0,0,AP…',
    ]);
  });

  it('that reads no column has one row over everything', async () => {
    expect(await reports.lines({ columns: [calculated('1 + 1.5')], groupBy: [] })).toEqual(['Value', '2.5']);
  });

  it('never becomes a formula in CSV, and is a typed cell in XLSX', async () => {
    const columns = [
      calculated("origin || ''", { dataType: 'string', header: 'Text' }),
      calculated('fare * 2', { header: 'Twice', format: '#,##0.00' }),
      calculated('fare > 8', { dataType: 'boolean', header: 'Dear' }),
    ];
    const sort = [{ header: 'Text', direction: 'ascending' }] as const;
    expect(await reports.lines({ columns, sort, output: { ...DEFAULT_CSV, lineEnding: 'lf' } })).toContain(
      "'=AP3,15.54,false",
    );
    const workbook = new Workbook();
    const bytes = await reports.file(await reports.run({ columns, sort, output: DEFAULT_XLSX }));
    await workbook.xlsx.load(bytes as unknown as Parameters<typeof workbook.xlsx.load>[0]);
    const row = workbook.worksheets[0]?.getRow(2);
    expect(row?.values).toEqual([, '=AP3', 15.54, false]);
    expect(row?.getCell(2).numFmt).toBe('#,##0.00');
  });

  it('may be a constant, and is sorted by all the same', async () => {
    const columns = [calculated('true', { dataType: 'boolean', header: 'a' }), calculated('1', { header: 'b' })];
    const sort = columns.map(({ header }) => ({ header, direction: 'descending' as const }));
    expect((await reports.lines({ columns, sort })).slice(0, 2)).toEqual(['a,b', 'true,1']);
  });

  it('is previewed', async () => {
    const { columns, rows } = await reports.preview({ columns: [calculated('fare * 0')] }, 1);
    expect(columns).toEqual([{ header: 'Value', dataType: 'decimal' }]);
    expect(rows).toEqual([['0.00']]);
  });

  it('binds what a person wrote and quotes what it names', async () => {
    const expression = `'''; DROP TABLE report_rows; --' || [origin]`;
    const [, first] = await reports.lines({ columns: [calculated(expression, { dataType: 'string' })] });
    expect(first).toBe("'; DROP TABLE report_rows; --AP1");
  });

  it('fails before the query when a column that it reads is gone or has changed', async () => {
    await reports.admin.query('ALTER TABLE report_rows RENAME distance TO gone');
    const run = reports.run({ columns: [calculated('distance + 1', { dataType: 'integer' })] });
    await expect(run).rejects.toMatchObject({
      code: 'template.invalid',
      problems: [{ code: 'dataset.column_missing', pointer: '/columns/0/expression' }],
    });
    await reports.admin.query('ALTER TABLE report_rows RENAME gone TO distance');
  });
});
