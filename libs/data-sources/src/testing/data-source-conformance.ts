import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { DataSource, QueryOptions, RelationName } from '../data-source';
import { identifier, joinStatements, sql, type Statement } from '../statement';
import { MEASUREMENT_COLUMNS } from './measurements';

export interface ConformanceSubject {
  readonly source: DataSource;
  /** Where the measurements (`measurementsCsv`) are. */
  readonly measurements: RelationName;
  /** Where nothing is. */
  readonly missing: RelationName;
  close(): Promise<void>;
}

const CSV = { type: 'csv', delimiter: ',', nullText: '' } as const;
const COPY_TEXT = { type: 'text' } as const;

/** What every connector must do, in the SQL that the export engine writes. Call it inside a `describe`. */
export function dataSourceConformance(open: () => Promise<ConformanceSubject>): void {
  let subject: ConformanceSubject;

  beforeAll(async () => {
    subject = await open();
  });
  afterAll(async () => {
    await subject.source.close();
    await subject.close();
  });

  const table = () => identifier(subject.measurements.schema, subject.measurements.name);
  const options = (more: QueryOptions = {}): QueryOptions => ({ reads: subject.measurements, ...more });
  const rows = (select: Statement, more: QueryOptions = {}) => subject.source.rows(select, options(more));
  const copy = async (select: Statement, format: typeof CSV | typeof COPY_TEXT, more: QueryOptions = {}) =>
    text(await subject.source.copyOut(select, format, options(more)));
  /** The ids that meet a condition. */
  const idsWhere = async (condition: Statement, more: QueryOptions = {}) =>
    (await rows(sql`SELECT "id" FROM ${table()} WHERE ${condition} ORDER BY "id"`, more)).map(([id]) => Number(id));
  const ofId = async (id: number, expression: Statement, more: QueryOptions = {}) =>
    (await rows(sql`SELECT ${expression} FROM ${table()} WHERE "id" = ${String(id)}::bigint`, more))[0]?.[0];
  /** A source may find out before its first row or after it. */
  const failureOfCopy = (select: Statement, more: QueryOptions = {}) =>
    copy(select, CSV, more).catch((error: unknown) => error);
  /** Says nothing for a long time, so that only the source can end it. */
  const silent = () =>
    sql`SELECT count(*) FROM ${table()} a, ${table()} b, ${table()} c, ${table()} d WHERE a.id + b.id + c.id + d.id < 0`;
  const endless = () => sql`SELECT a.name, b.name FROM ${table()} a, ${table()} b, ${table()} c, ${table()} d`;

  describe('what there is', () => {
    it('is listed and introspected', async () => {
      expect(await subject.source.listRelations()).toContainEqual({ ...subject.measurements, kind: 'table' });
      const columns = await subject.source.introspect(subject.measurements);
      expect(columns?.map(({ name, type }) => ({ name, type }))).toEqual(MEASUREMENT_COLUMNS);
      expect(columns?.every(({ databaseType, nullable }) => databaseType !== '' && nullable)).toBe(true);
    });

    it('has no columns where nothing is', async () => {
      expect(await subject.source.introspect(subject.missing)).toBeNull();
      expect(await subject.source.introspect({ ...subject.missing, name: `x'; DROP TABLE y; --` })).toBeNull();
    });
  });

  describe('rows', () => {
    const special = () => sql`SELECT "name", "amount", "ok", "day", "at"::timestamp, "clock", NULL
      FROM ${table()} WHERE "id" <= ${'5'}::bigint ORDER BY "id"`;

    it('are texts and nulls', async () => {
      expect(await rows(special())).toEqual([
        ['plain', '1.25', 't', '2026-01-02', '2026-07-01 12:00:00', '07:30:00', null],
        [
          'tab\there, "quoted" back\\slash\nnewline',
          ...['-1234567.89', 'f', '0987-12-31', '2026-07-01 12:00:00', '07:30:00'],
          null,
        ],
        [null, null, null, null, null, null, null],
        ['Ünïcode 🚀 100%_x', '0.55', 't', '9999-12-31', '2026-07-01 12:00:00.5', '23:59:59', null],
        ['', '7777777.77', 'f', '2026-01-02', '2026-07-01 12:00:00', '07:30:00', null],
      ]);
    });

    it('are copied as text, with backslash escapes', async () => {
      expect((await copy(special(), COPY_TEXT)).split('\n').slice(0, 3)).toEqual([
        'plain\t1.25\tt\t2026-01-02\t2026-07-01 12:00:00\t07:30:00\t\\N',
        'tab\\there, "quoted" back\\\\slash\\nnewline\t-1234567.89\tf\t0987-12-31\t2026-07-01 12:00:00\t07:30:00\t\\N',
        '\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N',
      ]);
    });

    it('are copied as CSV, quoted where that is needed', async () => {
      const names = sql`SELECT "name", "ok", "amount" FROM ${table()} WHERE "id" <= ${'5'}::bigint ORDER BY "id"`;
      expect(await copy(names, CSV)).toBe(
        'plain,t,1.25\n"tab\there, ""quoted"" back\\slash\nnewline",f,-1234567.89\n,,\nÜnïcode 🚀 100%_x,t,0.55\n"",f,7777777.77\n',
      );
      const other = await text(
        await subject.source.copyOut(names, { type: 'csv', delimiter: ';', nullText: 'plain' }, options()),
      );
      expect(other.split('\n').slice(0, 2)).toEqual(['"plain";t;1.25', '"tab\there, ""quoted"" back\\slash']);
      expect(other).toContain('\nplain;plain;plain\n');
    });

    it('are copied as CSV with quotes around all but NULL', async () => {
      const names = sql`SELECT "name", "ok", "amount", "id" FROM ${table()} WHERE "id" <= ${'3'}::bigint ORDER BY "id"`;
      const format = { ...CSV, nullText: 'none', quoteAll: true } as const;
      expect(await text(await subject.source.copyOut(names, format, options()))).toBe(
        '"plain","t","1.25","1"\n"tab\there, ""quoted"" back\\slash\nnewline","f","-1234567.89","2"\nnone,none,none,"3"\n',
      );
    });

    it('all come, more of them than fit a buffer', async () => {
      const many = await copy(sql`SELECT a."id", b."id" FROM ${table()} a, ${table()} b`, COPY_TEXT);
      expect(many.split('\n')).toHaveLength(1_000_001);
    });

    it('may be none, and columns may share a name', async () => {
      expect(await copy(sql`SELECT "id" FROM ${table()} WHERE "id" < ${'0'}::bigint`, CSV)).toBe('');
      expect(await copy(sql`SELECT "id", "id", "name" FROM ${table()} WHERE "id" = ${'8'}::bigint`, CSV)).toBe(
        '8,8,n8\n',
      );
    });
  });

  describe('conditions', () => {
    it.each<[string, Statement, readonly number[]]>([
      ['equality', sql`"name"::text = ${'plain'}::text`, [1]],
      ['an order of decimals', sql`"amount" > ${'7777777.7'}::numeric`, [5]],
      ['a range', sql`"amount" BETWEEN ${'998'}::numeric AND ${'999.5'}::numeric`, [998, 999]],
      ['a list', sql`"id" IN (${'3'}::bigint, ${'9'}::bigint)`, [3, 9]],
      ['NULL', sql`"name" IS NULL`, [3]],
      ['a truth value', sql`"ok" = ${'false'}::boolean AND "id" < ${'6'}::bigint`, [2, 5]],
      ['a date', sql`"day" = ${'9999-12-31'}::date`, [4]],
      ['a time', sql`"clock" = ${'23:59:59'}::time`, [4]],
      ['an instant', sql`"at_zone" >= ${'2026-10-25T01:00:00.000Z'}::timestamptz`, [7]],
      ['a negation', sql`NOT ("id" > ${'2'}::bigint)`, [1, 2]],
      ['a pattern with its signs escaped', sql`"name"::text LIKE ${'%100\\%\\_%'}`, [4]],
      [
        'a pattern that begins',
        sql`"name"::text LIKE ${'n99%'} OR "name"::text NOT LIKE ${'n%'}`,
        [1, 2, 4, 5, 6, 7, 99, ...nineties()],
      ],
    ])('are met by %s', async (_what, condition, ids) => {
      expect(await idsWhere(condition)).toEqual(ids);
    });

    it('take whatever is typed for a value', async () => {
      for (const typed of ["'; DROP TABLE x; --", '$1', '%s', '\\', '"', 'é'.repeat(5000)]) {
        expect(await idsWhere(sql`"name"::text = ${typed}::text`)).toEqual([]);
        expect(await rows(sql`SELECT ${typed}::text`)).toEqual([[typed]]);
      }
    });
  });

  describe('aggregates', () => {
    const many = () => sql`FROM ${table()} WHERE "id" > ${'10'}::bigint`;

    it('count, sum and compare', async () => {
      const [found] = await rows(
        sql`SELECT count(*), count("name"), count(DISTINCT "ok"), sum("id"), sum("amount"), min("amount"), max("day") ${many()}`,
      );
      expect(found?.map((value, place) => (place === 4 ? Number(value) : value))).toEqual([
        '990',
        '990',
        '2',
        '500445',
        500692.5,
        '11.25',
        '2026-02-28',
      ]);
      expect(Number((await rows(sql`SELECT avg("amount") ${many()}`))[0]?.[0])).toBe(505.75);
    });

    it('group, sort with NULLs last, and limit', async () => {
      const groups = sql`SELECT "ok", count(*) FROM ${table()} GROUP BY "ok" ORDER BY "ok" DESC NULLS LAST LIMIT 3`;
      expect(await rows(groups)).toEqual([
        ['t', '501'],
        ['f', '498'],
        [null, '1'],
      ]);
      const ascending = sql`SELECT "id" FROM ${table()} ORDER BY "amount", "id" DESC LIMIT 2`;
      expect(await rows(ascending)).toEqual([['2'], ['4']]);
    });
  });

  describe('formats', () => {
    const rounded = (digits: string) => sql`round("amount"::numeric, ${digits}::int)`;

    it.each<[number, Statement, string | null]>([
      [2, sql`to_char(${rounded('2')}, ${'FM999,999,999,999,999,999,999,999,990.00'})`, '-1,234,567.89'],
      [2, sql`to_char(${rounded('0')}, ${'FM999999999999999999999999990'})`, '-1234568'],
      [4, sql`to_char(${rounded('1')}, ${'FM999999999999999999999900000.0'})`, '00000.6'],
      [4, sql`rtrim(to_char(${rounded('3')}, ${'FM999999999999999999999999990.0999'}), '.')`, '0.55'],
      [1, sql`rtrim(to_char(${rounded('0')}, ${'FM999999999999999999999999990.99'}), '.')`, '1'],
      [3, sql`to_char(${rounded('2')}, ${'FM999999999999999999999999990.00'})`, null],
      [2, sql`to_char(${rounded('0')}, ${'FM99,99,99,99,99,99,99,99,99,99,99,99,990'})`, '-12,34,568'],
      [2, sql`translate((to_char(${rounded('1')}, ${'FM999,999,990.0'}))::text, ',.', ${'.,'})`, '-1.234.567,9'],
      [1, sql`round(("amount"::numeric * 100), ${'1'}::int)::text || ${' %'}`, '125.0 %'],
      [4, sql`to_char("at"::timestamp, ${'FMDD"."FMMM"."YY" "FMHH12":"MI"."MS" \\"o\\""'})`, '1.7.26 12:00.500 "o"'],
      [4, sql`(ARRAY[${'AM'}, ${'PM'}])[extract(hour FROM "clock"::time::interval)::int / 12 % 2 + 1]`, 'PM'],
      [1, sql`(ARRAY[${'Mo'}, ${'Di'}, ${'Mi'}])[extract(isodow FROM "at"::timestamp)::int]`, 'Mi'],
      [1, rounded('1'), '1.3'],
      [1, sql`CASE WHEN abs(${rounded('2')}) < ${'1e27'}::numeric THEN 'small' ELSE "amount"::text END`, 'small'],
      [1, sql`to_char("day"::timestamp, ${'DD.MM.YYYY'})`, '02.01.2026'],
      [
        4,
        sql`to_char("at"::timestamp, ${'YYYY"/"MM"/"DD" at "HH24"h "MI":"SS" 100%"'})`,
        '2026/07/01 at 12h 00:00 100%',
      ],
      [4, sql`to_char("clock"::time::interval, ${'HH24":"MI'})`, '23:59'],
      [1, sql`"ok"::text`, 'true'],
      [1, sql`CASE WHEN "ok" THEN ${'Yes'} WHEN NOT "ok" THEN ${'No'} END`, 'Yes'],
      [1, sql`"amount"::text || "day"::text || "clock"::text || "id"::text`, '1.252026-01-0207:30:001'],
      [1, sql`CASE WHEN ascii("name"::text) IN (61, 112) THEN '''' || "name"::text ELSE "name"::text END`, `'plain`],
    ])('write the row %d by %j as %j', async (id, expression, written) => {
      expect(await ofId(id, expression)).toBe(written);
    });
  });

  describe('time zones', () => {
    it('are those of the query: timestamps with a zone are read and written in it', async () => {
      const times = sql`"at_zone"::timestamp::text || ' ' || "at_zone"::date::text || ' ' || "at_zone"::time::text`;
      expect(await ofId(1, times)).toBe('2026-07-01 12:00:00 2026-07-01 12:00:00');
      const inAuckland = await ofId(1, times, { timeZone: 'Pacific/Auckland' });
      expect(inAuckland).toBe('2026-07-02 00:00:00 2026-07-02 00:00:00');
    });

    it('keep the hour apart that a clock change repeats', async () => {
      const both = sql`SELECT "at_zone"::timestamp::text AS "written", "id" FROM ${table()} WHERE "id" IN (${'6'}::bigint, ${'7'}::bigint)
        ORDER BY "at_zone" DESC`;
      expect(await rows(both, { timeZone: 'Europe/Berlin' })).toEqual([
        ['2026-10-25 02:30:00', '7'],
        ['2026-10-25 02:30:00', '6'],
      ]);
    });

    it('are those in which what has none is compared', async () => {
      const noon = sql`"id" = ${'1'}::bigint AND "at" = ${'2026-07-01T10:00:00.000Z'}::timestamptz`;
      expect(await idsWhere(noon, { timeZone: 'Europe/Berlin' })).toEqual([1]);
      expect(await idsWhere(noon)).toEqual([]);
    });
  });

  describe('an end before the end', () => {
    it('comes when the signal aborts, to rows and to copies', async () => {
      const begun = new AbortController();
      const stream = await subject.source.copyOut(endless(), CSV, options({ signal: begun.signal }));
      await once(stream, 'readable');
      const failure = failureOf(stream);
      begun.abort();
      expect(await failure).toMatchObject({ code: 'data_source.cancelled', transient: true });

      const [copying, asking] = [new AbortController(), new AbortController()];
      const copied = failureOfCopy(silent(), { signal: copying.signal });
      const asked = rows(silent(), { signal: asking.signal }).catch((error: unknown) => error);
      copying.abort();
      asking.abort();
      expect(await copied).toMatchObject({ code: 'data_source.cancelled', transient: true });
      expect(await asked).toMatchObject({ code: 'data_source.cancelled', transient: true });
    });

    it('comes when the reader goes away', async () => {
      const stream = await subject.source.copyOut(endless(), CSV, options());
      await once(stream, 'readable');
      stream.destroy();
      await once(stream, 'close');
      expect(await rows(sql`SELECT 'free'`)).toEqual([['free']]);
    });

    it('comes before the beginning when the signal is aborted already', async () => {
      const signal = AbortSignal.abort();
      await expect(subject.source.copyOut(endless(), CSV, options({ signal }))).rejects.toMatchObject({
        code: 'data_source.cancelled',
      });
    });

    it('comes when the time is over, however long the query says nothing', async () => {
      await expect(rows(silent(), { timeoutMs: 200 })).rejects.toMatchObject({
        code: 'data_source.timeout',
        transient: true,
      });
      expect(await failureOfCopy(silent(), { timeoutMs: 200 })).toMatchObject({ code: 'data_source.timeout' });
    });

    it('does not come to a slow reader, for whom the rows are held back', async () => {
      const stream = await subject.source.copyOut(endless(), CSV, options());
      await once(stream, 'readable');
      expect(stream.readableLength).toBeLessThan(2_000_000);
      stream.destroy();
      await once(stream, 'close');
    });
  });

  describe('errors', () => {
    it('say what is missing or wrong, and do not come again by themselves', async () => {
      const columns = joinStatements([identifier('id'), identifier('gone')], ', ');
      await expect(rows(sql`SELECT ${columns} FROM ${table()}`)).rejects.toMatchObject({
        name: 'DataSourceError',
        code: 'data_source.column_missing',
        transient: false,
      });
      const { missing } = subject;
      const gone = sql`SELECT 1 FROM ${identifier(missing.schema, missing.name)}`;
      await expect(subject.source.rows(gone, { reads: missing })).rejects.toMatchObject({
        code: 'data_source.relation_missing',
        transient: false,
      });
      await expect(rows(sql`SELECT "name"::bigint FROM ${table()}`)).rejects.toMatchObject({
        code: 'data_source.value_invalid',
        transient: false,
      });
    });

    it('end a copy that has begun', async () => {
      const late = sql`SELECT CASE WHEN a."id" = ${'1000'}::bigint THEN a."name"::bigint ELSE 0 END FROM ${table()} a, ${table()} b`;
      expect(await failureOfCopy(late)).toMatchObject({ code: 'data_source.value_invalid' });
    });
  });
}

function failureOf(stream: Readable): Promise<unknown> {
  return text(stream).catch((error: unknown) => error);
}

/** 990 to 999. */
function nineties(): number[] {
  return Array.from({ length: 10 }, (_, index) => 990 + index);
}
