import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Workbook, type Worksheet } from 'exceljs';
import fc from 'fast-check';
import { Client } from 'pg';
import { DataSources, sql, type Statement } from '#data-sources';
import { DEFAULT_XLSX, type DataType } from '#domain';
import { packageRoot } from '#platform';
import { pythonWith } from '../../../../../test/contracts/python-packages';
import { createTestDatabase, type TestDatabase } from '../../../../../test/postgres/database';
import { MemorySink } from '../../testing/memory-sink';
import { writeWorkbook, type WorkbookJob } from '../../testing/write-workbook';
import { CREATE_RANDOM_ROWS, randomRow, type RandomRow } from '../../testing/random-rows';
import { ZipWriter } from '../zip/zip-writer';
import type { XlsxColumn } from './xlsx';

/** Programs by which a person may open the files; what is not installed is left out, and said to be. */
const SOFFICE = 'soffice';
const PYTHON = 'python3';

let database: TestDatabase;
let admin: Client;
let dataSources: DataSources;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(CREATE_RANDOM_ROWS);
  dataSources = new DataSources({ here: database.url }, { poolMax: 2, statementTimeoutMs: 30_000 });
  folder = await mkdtemp(join(tmpdir(), 'xlsx-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await dataSources.close();
  await admin.end();
  await database.drop();
});

async function exported(select: Statement, columns: readonly XlsxColumn[], more: Partial<WorkbookJob> = {}) {
  const here = await dataSources.get('here');
  const source = await here!.copyOut(select, { type: 'text' }, {});
  const sink = new MemorySink();
  await writeWorkbook({ source, columns, options: DEFAULT_XLSX, ...more }, sink);
  return sink.bytes;
}

const column = (header: string, dataType: DataType, numberFormat: string | null = null): XlsxColumn => ({
  header,
  dataType,
  numberFormat,
});

describe('random rows, read back by exceljs', () => {
  const COLUMNS = [
    column('words', 'string'),
    column('whole', 'integer'),
    column('exact', 'decimal'),
    column('real', 'decimal'),
    column('yes', 'boolean'),
    column('day', 'date', 'yyyy-mm-dd'),
    column('at', 'timestamp', 'yyyy-mm-dd hh:mm:ss'),
    column('clock', 'time', 'hh:mm:ss'),
    column('doc', 'json'),
  ];
  const NAMES = COLUMNS.map(({ header }) => header) as (keyof RandomRow)[];

  async function store(rows: readonly RandomRow[]): Promise<void> {
    await admin.query('TRUNCATE public.random_rows');
    await admin.query(
      `INSERT INTO public.random_rows
       SELECT n, words, whole::int8, exact::numeric, "real"::float8, yes::boolean, day::date, at::timestamp, clock::time, doc::jsonb
         FROM unnest(${NAMES.map((_name, index) => `$${index + 1}::text[]`).join(', ')})
              WITH ORDINALITY AS t (${NAMES.map((name) => `"${name}"`).join(', ')}, n)`,
      NAMES.map((name) => rows.map((row) => row[name])),
    );
  }

  /** What PostgreSQL says of each value: its text, and where a spreadsheet has a date or time, its serial number. */
  async function told(): Promise<Record<string, string | null>[]> {
    const serial = (moment: string): string => `(extract(epoch FROM ${moment}) / 86400 + 25569)::text`;
    const countable = (name: string): string => `${name} >= '1900-03-01' AND ${name} < '10000-01-01'`;
    const { rows } = await admin.query<Record<string, string | null>>(
      `SELECT words, whole::text, exact::text, "real"::text AS real, yes::text, day::text, at::text, clock::text, doc::text,
              CASE WHEN ${countable('day')} THEN ${serial('day::timestamp')} END AS day_serial,
              CASE WHEN ${countable('at')} THEN ${serial('at')} END AS at_serial,
              (extract(epoch FROM clock) / 86400)::text AS clock_serial
         FROM public.random_rows ORDER BY n`,
    );
    return rows;
  }

  async function read(bytes: Buffer): Promise<Worksheet> {
    const workbook = new Workbook();
    await workbook.xlsx.load(bytes as unknown as Parameters<typeof workbook.xlsx.load>[0]);
    return workbook.worksheets[0]!;
  }

  it('holds what PostgreSQL returns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomRow, { minLength: 1, maxLength: 12 }), async (rows) => {
        await store(rows);
        const select = sql`SELECT words, whole, exact, "real", yes, day, at, clock, doc FROM public.random_rows ORDER BY n`;
        const sheet = await read(await exported(select, COLUMNS));
        const expected = await told();
        expect(sheet.rowCount).toBeLessThanOrEqual(rows.length + 1);
        expected.forEach((row, index) => {
          NAMES.forEach((name, place) => {
            const { value } = sheet.getCell(index + 2, place + 1);
            expectCell(value, name, row[name]!, row[`${name}_serial`] ?? null);
          });
        });
      }),
      { numRuns: 150 },
    );
  });

  function expectCell(value: unknown, name: keyof RandomRow, text: string | null, serial: string | null): void {
    if (text === null) {
      expect(value).toBeNull();
      return;
    }
    switch (name) {
      case 'words':
      case 'doc':
        // exceljs leaves escapes as they are.
        expect(value === null ? '' : (value as string).replaceAll('_x005F_', '_')).toBe(asXmlHolds(text));
        return;
      case 'whole':
        expect(value).toBe(text.replace('-', '').length > 15 ? text : Number(text));
        return;
      case 'exact':
        if (typeof value === 'number') expect(sameDigits(value, text)).toBe(true);
        else {
          expect(value).toBe(text);
          expect(significant(text)).toBeGreaterThan(15);
        }
        return;
      case 'real':
        expect(value).toBe(Number.isFinite(Number(text)) ? Number(text) : text);
        return;
      case 'yes':
        expect(value).toBe(text === 'true');
        return;
      case 'day':
      case 'at':
      case 'clock':
        if (serial === null) expect(value).toBe(text);
        else
          expect(Math.abs((value as Date).getTime() - (Number(serial) - 25_569) * 86_400_000)).toBeLessThanOrEqual(1);
    }
  }

  /** XML 1.0, 2.2: neither control characters nor noncharacters; and line ends are LF. */
  function asXmlHolds(text: string): string {
    return text.replace(/\r\n?/g, '\n').replace(/(?![\t\n\u0085])[\p{Cc}\ufffe\uffff]/gu, '');
  }

  function significant(text: string): number {
    const [whole = '', fraction = ''] = text.replace('-', '').split('.');
    // NaN and infinities have more than any number.
    return /^\d/.test(text.replace('-', ''))
      ? (whole + fraction.replace(/0+$/, '')).replace(/^0+/, '').length
      : Infinity;
  }

  /** Whether a double's shortest form is the same decimal, digit for digit. */
  function sameDigits(value: number, text: string): boolean {
    const [mantissa = '', exponent = '0'] = String(value).split('e');
    const scaled = (decimal: string, shift: number): bigint => {
      const [whole = '', fraction = ''] = decimal.split('.');
      return BigInt(whole + fraction.padEnd(60 + shift, '0').slice(0, 60 + shift));
    };
    return scaled(mantissa, Number(exponent)) === scaled(text.replace(/^-(?=0(\.0*)?$)/, ''), 0);
  }
});

describe('the same workbook of three sheets', () => {
  const COLUMNS = [
    column('id', 'integer'),
    column('text, "quoted"', 'string'),
    column('amount', 'decimal', '#,##0.00'),
    column('yes', 'boolean'),
    column('day', 'date', 'yyyy-mm-dd'),
    column('at', 'timestamp', 'yyyy-mm-dd hh:mm:ss'),
    column('long', 'integer'),
  ];
  const ROWS = sql`
    SELECT * FROM (VALUES
      (1, 'ü 東 😀', 1234.5, true, date '2026-11-23', timestamp '2026-11-23 07:30:15', 9223372036854775807),
      (2, '=1+1', -0.25, false, '1900-03-01', '2000-02-29 00:00', -5),
      (3, E' two\\nlines ', 'NaN', NULL, '1899-12-31', NULL, NULL),
      (4, '_x0041_ <&> \u05e9\u05dc', NULL, true, NULL, '9999-12-31 23:59:59', 999999999999999),
      (5, NULL, 12345678901234567.89, NULL, 'infinity', NULL, 0)) AS rows`;
  let path: string;

  beforeAll(async () => {
    path = join(folder, 'three sheets.xlsx');
    const more = {
      rowsPerSheet: 2,
      options: { ...DEFAULT_XLSX, sheetName: 'Übersicht' },
    } as const;
    await writeFile(path, await exported(ROWS, COLUMNS, more));
  });

  const found = pythonWith(join(packageRoot(), 'libs/export-engine/src/testing/openpyxl/requirements.txt'));
  if ('missing' in found) {
    process.stderr.write(`OPENPYXL DID NOT READ THE WORKBOOK: it cannot be installed here.\n${found.missing}\n`);
  }
  ('python' in found ? it : it.skip)('is read by openpyxl', () => {
    if ('missing' in found) throw new Error(found.missing);
    const script = join(packageRoot(), 'libs/export-engine/src/testing/openpyxl/read_workbook.py');
    const header = COLUMNS.map((one) => ['s', one.header, 'General']);
    const shared = { frozen: 'A2', bold: true };
    const [money, day, at] = ['#,##0.00', 'yyyy-mm-dd', 'yyyy-mm-dd hh:mm:ss'];
    const number = (value: number) => ['n', value, 'General'];
    const text = (value: string, format = 'General') => ['s', value, format];
    // It leaves escapes as they are.
    expect(JSON.parse(execFileSync(found.python, [script, path], { encoding: 'utf8' }))).toEqual([
      {
        ...{ ...shared, name: 'Übersicht', filter: 'A1:G3' },
        rows: [
          header,
          [
            ...[
              number(1),
              text('ü 東 😀'),
              ['n', 1234.5, money],
              ['b', true, 'General'],
              ['d', '2026-11-23T00:00:00', day],
            ],
            ...[['d', '2026-11-23T07:30:15', at], text('9223372036854775807')],
          ],
          [
            ...[
              number(2),
              text('=1+1'),
              ['n', -0.25, money],
              ['b', false, 'General'],
              ['d', '1900-03-01T00:00:00', day],
            ],
            ...[['d', '2000-02-29T00:00:00', at], number(-5)],
          ],
        ],
      },
      {
        ...{ ...shared, name: 'Übersicht (2)', filter: 'A1:G3' },
        rows: [
          header,
          [number(3), text(' two\nlines '), text('NaN', money), null, text('1899-12-31', day), null, null],
          [
            ...[number(4), text('_x005F_x0041_ <&> \u05e9\u05dc'), null, ['b', true, 'General'], null],
            ...[['d', '9999-12-31T23:59:59', at], number(999999999999999)],
          ],
        ],
      },
      {
        ...{ ...shared, name: 'Übersicht (3)', filter: 'A1:G2' },
        rows: [
          header,
          [number(5), null, text('12345678901234567.89', money), null, text('infinity', day), null, number(0)],
        ],
      },
    ]);
  });

  const isInstalled = programVersion(SOFFICE) !== null;
  if (!isInstalled) process.stderr.write('LIBREOFFICE DID NOT READ THE WORKBOOK: soffice is not in the PATH.\n');
  (isInstalled ? it : it.skip)('is read by LibreOffice', async () => {
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    // Comma, quotes, UTF-8, from line 1, cells as they are shown, every sheet (the last -1).
    const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1';
    execFileSync(SOFFICE, [profile, '--headless', '--convert-to', filter, '--outdir', join(folder, 'csv'), path], {
      stdio: 'pipe',
      timeout: 120_000,
    });
    const files = (await readdir(join(folder, 'csv'))).sort();
    expect(files).toEqual(
      ['Übersicht (2)', 'Übersicht (3)', 'Übersicht'].map((name) => `three sheets-${name}.csv`).sort(),
    );
    const csv = await Promise.all(
      ['Übersicht', 'Übersicht (2)', 'Übersicht (3)'].map((name) =>
        readFile(join(folder, 'csv', `three sheets-${name}.csv`), 'utf8'),
      ),
    );
    const header = 'id,"text, ""quoted""",amount,yes,day,at,long\n';
    expect(csv).toEqual([
      `${header}1,ü 東 😀,"1,234.50",TRUE,2026-11-23,2026-11-23 07:30:15,9223372036854775807\n2,=1+1,-0.25,FALSE,1900-03-01,2000-02-29 00:00:00,-5\n`,
      `${header}3," two\nlines ",NaN,,1899-12-31,,\n4,_x0041_ <&> \u05e9\u05dc,,TRUE,,9999-12-31 23:59:59,999999999999999\n`,
      `${header}5,,12345678901234567.89,,infinity,,0\n`,
    ]);
  });
});

describe('ZIP64', () => {
  const isInstalled = programVersion(PYTHON) !== null;
  if (!isInstalled) process.stderr.write('PYTHON DID NOT READ THE ZIP64 FILE: python3 is not in the PATH.\n');
  (isInstalled ? it : it.skip)('is read by Python', async () => {
    const sink = new MemorySink();
    const zip = new ZipWriter(sink, { zip64Limits: { bytes: 1000, entries: 3 } });
    for (const [name, method] of [
      ['first ü.txt', 'store'],
      ['second.txt', 'deflate'],
      ['third.txt', 'store'],
    ] as const) {
      const entry = await zip.open(name, { method });
      for (let piece = 0; piece < 10; piece++) await entry.write(Buffer.alloc(300, name));
      await entry.end();
    }
    await zip.end();
    const path = join(folder, 'wide.zip');
    await writeFile(path, sink.bytes);
    const script =
      'import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(json.dumps([z.testzip(), [[i.filename, i.file_size] for i in z.infolist()]]))';
    expect(JSON.parse(execFileSync(PYTHON, ['-c', script, path], { encoding: 'utf8' }))).toEqual([
      null,
      [
        ['first ü.txt', 3000],
        ['second.txt', 3000],
        ['third.txt', 3000],
      ],
    ]);
  });
});

function programVersion(program: string): string | null {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}
