import { DEFAULT_CSV, DEFAULT_XLSX, PLAIN_REPORT, type ReportLimits } from '#domain';
import { templateDefinition } from '#domain/testing';
import { planLimits, timeLimit } from './limits';

const SYSTEM = { maxRows: 1000, timeoutMs: 60_000 };
const limits = (more: Partial<ReportLimits>) => ({ limits: { ...PLAIN_REPORT.limits, ...more } });

function planned(
  definition: Parameters<typeof templateDefinition>[0],
  { rowLimit = null, ...system }: Partial<Parameters<typeof planLimits>[2]> & { rowLimit?: number | null } = {},
) {
  return planLimits(templateDefinition({ output: DEFAULT_CSV, ...definition }), { rowLimit }, { ...SYSTEM, ...system });
}

describe('the rows of a report', () => {
  it.each([
    ['system', {}, {}, 1000],
    ['dataset', {}, { rowLimit: 900 }, 900],
    ['user', {}, { rowLimit: 900, userMaxRows: 800 }, 800],
    ['template', { rowLimit: 700 }, { rowLimit: 900, userMaxRows: 800 }, 700],
    ['system', { rowLimit: 5000 }, { rowLimit: 9000, userMaxRows: 8000 }, 1000],
    ['user', { rowLimit: 900 }, { userMaxRows: 800 }, 800],
    ['template', { rowLimit: 1000 }, { rowLimit: 1000, userMaxRows: 1000 }, 1000],
    ['system', {}, { userMaxRows: null }, 1000],
  ] as const)('are limited by the %s', (owner, definition, others, most) =>
    expect(planned(definition, others).rows).toEqual({ most, owner, kind: 'rows' }),
  );
});

describe('files and sheets', () => {
  const split = (more: Partial<ReportLimits>) => limits({ whenReached: 'split_files', ...more });

  it('have the lower of the limits of system and template', () => {
    const system = { maxRowsPerFile: 50, maxBytesPerFile: 5000 };
    expect(planned(split({}), system)).toMatchObject({
      rowsPerFile: { most: 50, owner: 'system' },
      bytesPerFile: { most: 5000, owner: 'system' },
    });
    expect(planned(split({ rowsPerFile: 49, bytesPerFile: 5001 }), system)).toMatchObject({
      rowsPerFile: { most: 49, owner: 'template' },
      bytesPerFile: { most: 5000, owner: 'system' },
    });
    expect(planned(split({}))).toMatchObject({
      rowsPerFile: null,
      rowsPerSheet: null,
      bytesPerFile: null,
      files: 1000,
    });
  });

  it('have no more rows than a spreadsheet can hold', () => {
    const sheet = (more: Partial<ReportLimits>) => planned({ output: DEFAULT_XLSX, ...split(more) }).rowsPerSheet;
    expect(sheet({})).toEqual({ most: 1_048_575, owner: 'xlsx' });
    expect(sheet({ rowsPerSheet: 5 })).toEqual({ most: 5, owner: 'template' });
  });

  it('limit the report where there is no second one', () => {
    const more = (whenReached: ReportLimits['whenReached']) => ({
      ...{ output: DEFAULT_XLSX },
      ...limits({ rowsPerFile: 20, rowsPerSheet: 10, whenReached }),
    });
    const whole = { rowsPerFile: null, rowsPerSheet: null };
    for (const policy of ['truncate', 'fail'] as const) {
      const rows = { most: 10, owner: 'template', kind: 'rows_per_sheet' };
      expect(planned(more(policy))).toMatchObject({ ...whole, rows });
    }
    expect(planned(more('truncate'), { userMaxRows: 10 }).rows).toMatchObject({
      most: 10,
      owner: 'user',
      kind: 'rows',
    });
    const own = { rows: { most: 1000 }, rowsPerFile: { most: 20 }, rowsPerSheet: { most: 10 } };
    expect(planned(more('split_sheets'))).toMatchObject(own);
    expect(planned({ ...more('truncate'), splitBy: { header: 'origin', into: 'sheets' } })).toMatchObject(own);
    const full = planned({ output: DEFAULT_XLSX }, { maxRows: 2_000_000 });
    expect(full.rows).toEqual({ most: 1_048_575, owner: 'xlsx', kind: 'rows_per_sheet' });
  });

  it('leave a row of a sheet to totals', () => {
    const layout = { rowNumbers: false, totals: true, coverSheet: false };
    expect(planned({ output: DEFAULT_XLSX, layout }, { maxRows: 2_000_000 }).rows.most).toBe(1_048_574);
  });
});

it('takes the shorter time', () => {
  expect(timeLimit(null, SYSTEM)).toEqual({ most: 60_000, owner: 'system' });
  expect(timeLimit(61, SYSTEM)).toEqual({ most: 60_000, owner: 'system' });
  expect(timeLimit(59, SYSTEM)).toEqual({ most: 59_000, owner: 'template' });
});
