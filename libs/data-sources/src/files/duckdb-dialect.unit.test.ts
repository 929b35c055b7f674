import { identifier, sql } from '../statement';
import { toDuckDb } from './duckdb-dialect';

const id = identifier('a::numeric LIKE $1');

it.each([
  [sql`SELECT ${id} FROM t`, 'SELECT "a::numeric LIKE $1" FROM t'],
  [sql`${'1.5'}::numeric`, '$1::DECIMAL(38, 10)'],
  [sql`"a"::text`, 'report_text("a")'],
  [sql`"t"."a"::text`, 'report_text("t"."a")'],
  [sql`"a"::timestamp::text`, 'report_text("a"::timestamp)'],
  [sql`min("a")::time`, 'report_time(min("a"))'],
  [sql`(("a" + 1))::text || 'it''s ::text'`, `report_text((("a" + 1))) || 'it''s ::text'`],
  [sql`SELECT ("a" < ${'b'})::text`, 'SELECT report_text(("a" < $1))'],
  [sql`"a"::time::interval`, 'report_time("a")'],
  [sql`'1 day'::interval`, `'1 day'::interval`],
  [sql`"a" LIKE ${'x'} AND "b" NOT LIKE ${'y'}`, `"a" LIKE $1 ESCAPE '\\' AND "b" NOT LIKE $2 ESCAPE '\\'`],
])('%j becomes %s', (statement, text) => {
  expect(toDuckDb(statement).text).toBe(text);
});

it.each([
  ['FM9,990.00', 'report_number', '[1, 2, 1]'],
  ['FM99900.0099', 'report_number', '[2, 2, 0]'],
  ['FM9,99,990', 'report_number', '[1, 0, 2]'],
  ['FM990', 'report_number', '[1, 0, 0]'],
  ['YYYY-MM-DD"T"HH24:MI:SS', 'report_moment', '%Y-%m-%dT%H:%M:%S'],
  ['FMDD"\\"\\\\"FMMM-YY HH12:MI:SS.MS', 'report_moment', '%-d"\\%-m-%y %I:%M:%S.%g'],
  ['DD"% of MM"', 'report_moment', '%d%% of MM'],
])('a pattern keeps its meaning: %s', (pattern, macro, value) => {
  const { text, values } = toDuckDb(sql`SELECT to_char(round("a", ${'2'}::int), ${pattern}), ${'other'}`);
  expect(text).toContain(`SELECT ${macro}(round("a", $1::int), `);
  expect(values).toEqual(['2', value, 'other']);
});
