import { createHash } from 'node:crypto';
import { DEFAULT_XLSX, type TemplateDefinition } from '#domain';
import { datasetColumn, reportColumn } from '#domain/testing';
import { TableReports } from './testing/table-reports';

const TABLE = `
  CREATE TABLE report_rows (id int, name text);
  INSERT INTO report_rows VALUES (1, 'a'), (2, 'b'), (3, E'c\\td')`;

let reports: TableReports;

beforeAll(async () => {
  reports = await TableReports.open(TABLE, [datasetColumn('id', 'integer'), datasetColumn('name', 'string')]);
});
afterAll(() => reports.close());
beforeEach(() => reports.world.clear());

const columns = [reportColumn('id', 'integer'), reportColumn('name', 'string')];
const sort = [{ header: 'id', direction: 'ascending' }] as const;
const NONE = { type: 'condition', column: 'id', operator: 'is_null', operands: [] } as const;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const ROWS = '1,a\n2,b\n3,c\td\n';

const run = (more: Partial<TemplateDefinition>, last: string | null = null) =>
  reports.run({ columns, sort, ...more }, { lastContent: () => Promise.resolve(last) });

describe('a report that is delivered if it has rows', () => {
  it('is withheld without any, whatever stands around them', async () => {
    const layout = { rowNumbers: true, totals: true, coverSheet: false };
    for (const more of [{}, { layout }, { layout, output: DEFAULT_XLSX }]) {
      const output = await run({ ...more, deliver: 'if_rows', filter: NONE });
      expect(output).toMatchObject({ files: [], rows: 0, truncated: false, warnings: [], withheld: 'no_rows' });
      expect(output.contentSha256).toBeNull();
    }
    expect(await reports.world.filesLeft()).toEqual([]);
  });

  it('is delivered with one; and always, where nothing is asked', async () => {
    const one = await run({ deliver: 'if_rows', rowLimit: 1 });
    expect(one).toMatchObject({ files: [{ rows: 1 }], rows: 1, truncated: true, withheld: null });
    expect(await run({ filter: NONE })).toMatchObject({ files: [{ rows: 0 }], withheld: null, contentSha256: null });
  });
});

describe('a report that is delivered if it has changed', () => {
  const deliver = 'if_changed';

  it('is delivered the first time, with the digest of its rows', async () => {
    const output = await run({ deliver });
    expect(output).toMatchObject({ files: [{ rows: 3 }], withheld: null, contentSha256: sha256(ROWS) });
    expect((await reports.file(output)).toString()).toBe(`id,name\n${ROWS}`);
  });

  it('is withheld while its rows are the same, and delivered when they are not', async () => {
    const same = await run({ deliver }, sha256(ROWS));
    expect(same).toMatchObject({ files: [], rows: 3, withheld: 'unchanged', contentSha256: sha256(ROWS) });
    expect(await reports.world.filesLeft()).toEqual([]);
    const fewer = await run({ deliver, rowLimit: 2 }, sha256(ROWS));
    expect(fewer).toMatchObject({ files: [{ rows: 2 }], truncated: true, withheld: null });
    // The row beyond the limit, which is read so that the cut can be told, is no part of the file.
    expect(fewer.contentSha256).toBe(sha256('1,a\n2,b\n'));
    const none = await run({ deliver, filter: NONE }, sha256(ROWS));
    expect(none).toMatchObject({ files: [{ rows: 0 }], withheld: null, contentSha256: sha256('') });
    const otherOrder = await run({ deliver, sort: [{ header: 'id', direction: 'descending' }] }, sha256(ROWS));
    expect(otherOrder.withheld).toBeNull();
  });

  it('compares totals and numbers too, in a report that is cut as well', async () => {
    const layout = { rowNumbers: true, totals: true, coverSheet: false };
    const { contentSha256 } = await run({ deliver, layout, rowLimit: 2 });
    expect(contentSha256).toBe(sha256('1,1,a\n2,2,b\n,3,Total\n'));
    expect(await run({ deliver, layout, rowLimit: 2 }, contentSha256)).toMatchObject({ withheld: 'unchanged' });
  });

  it('is completed without a warning when a withheld one was cut', async () => {
    const { contentSha256 } = await run({ deliver, rowLimit: 2 });
    const again = await run({ deliver, rowLimit: 2 }, contentSha256);
    expect(again).toMatchObject({ withheld: 'unchanged', truncated: false, warnings: [] });
  });

  it('compares the text of the rows in a spreadsheet, not the bytes of the file', async () => {
    const output = await run({ deliver, output: DEFAULT_XLSX });
    expect(output.contentSha256).toBe(sha256('1\ta\n2\tb\n3\tc\\td\n'));
    expect(await run({ deliver, output: DEFAULT_XLSX }, output.contentSha256)).toMatchObject({ withheld: 'unchanged' });
  });

  it('is tried again when nobody can tell what was delivered last', async () => {
    const lastContent = () => Promise.reject(new Error('no database'));
    await expect(reports.run({ columns, deliver }, { lastContent })).rejects.toMatchObject({
      code: 'export.last_content_unknown',
      transient: true,
    });
    expect(await reports.world.filesLeft()).toEqual([]);
  });

  it('fails as any other when a row cannot be computed half-way', async () => {
    const value = reportColumn(null, 'decimal', {
      expression: 'round(9000000000000000000 + id * 1000000000000000000)',
    });
    const run = reports.run({ columns: [{ ...value, dataType: 'integer' }], deliver });
    await expect(run).rejects.toMatchObject({ code: 'data_source.value_invalid' });
    expect(await reports.world.filesLeft()).toEqual([]);
  });
});
