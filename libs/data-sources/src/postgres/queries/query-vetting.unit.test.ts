import { MOST_QUERY_CHARACTERS } from '#domain';
import { MOST_NESTING_TOKENS, parseQuery } from './query-text';
import { examineTree, type UsedName } from './query-tree';

async function vet(text: string): Promise<readonly UsedName[]> {
  return examineTree(await parseQuery(text));
}

async function namesOf(text: string): Promise<string[]> {
  const names = await vet(text);
  return names.map(({ kind, schema, name }) => `${kind} ${schema === null ? '' : `${schema}.`}${name}`).sort();
}

const refused = (text: string, message: string | RegExp) =>
  expect(vet(text)).rejects.toMatchObject({
    code: 'data_source.query_refused',
    transient: false,
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
  });

describe('a query may read in every way', () => {
  it.each([
    'SELECT 1 AS a',
    'VALUES (1, 2), (3, 4)',
    'TABLE flights',
    'SELECT a FROM t UNION ALL (SELECT b FROM u EXCEPT SELECT c FROM v) INTERSECT VALUES (1) ORDER BY 1 LIMIT 5 OFFSET 2',
    'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 9) SEARCH DEPTH FIRST BY i SET o SELECT * FROM n',
    'SELECT DISTINCT ON (a) a, CASE WHEN b THEN 1 ELSE 2 END c FROM s.t AS x JOIN LATERAL (SELECT 1 AS q) y ON true',
    'SELECT a, sum(b) FILTER (WHERE b > 0), rank() OVER (PARTITION BY a ORDER BY b DESC) FROM t GROUP BY ROLLUP (a), b HAVING count(*) > 1',
    "SELECT (ARRAY[1, 2])[1:2], ROW(1, 2), (a).b, a::numeric(4,2), EXTRACT(year FROM d), d AT TIME ZONE 'UTC', x IS NOT NULL FROM t",
    "SELECT * FROM json_to_recordset('[]') AS x(a int, b text), generate_series(1, 3) WITH ORDINALITY",
    "SELECT j FROM JSON_TABLE('[1]'::jsonb, '$[*]' COLUMNS (j int PATH '$')) AS t",
    'SELECT xmlelement(name a, b), json_object(\'a\': 1), coalesce(a, b), greatest(a, 1), a COLLATE "C", EXISTS (SELECT FROM u) FROM t',
    "SELECT 'DELETE FROM flights; --' AS text /* ; DROP TABLE flights */ -- INTO x",
  ])('%s', (text) => expect(vet(text)).resolves.toBeDefined());
});

describe('a query is refused that does more than read', () => {
  it.each([
    ['WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d', 'it may only read, and DELETE writes', 24],
    ['SELECT * FROM (WITH u AS (UPDATE t SET a = 1 RETURNING *) TABLE u) x', 'it may only read, and UPDATE writes', 34],
    ['SELECT (WITH i AS (INSERT INTO t VALUES (1) RETURNING a) TABLE i)', 'it may only read, and INSERT writes', 32],
    [
      'WITH m AS (MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE RETURNING *) TABLE m',
      'it may only read, and MERGE writes',
      23,
    ],
    ['SELECT 1 INTO copy', 'it may only read, and INTO makes a table', 15],
    ['SELECT 1 UNION SELECT 2 FROM (SELECT 3) x FOR UPDATE', 'it may not lock rows with FOR UPDATE or FOR SHARE', 1],
    [
      'SELECT a FROM t WHERE b IN (SELECT b FROM u FOR KEY SHARE)',
      'it may not lock rows with FOR UPDATE or FOR SHARE',
      25,
    ],
    ['SELECT a FROM t WHERE b = $1', 'it may not have parameters such as $1', 27],
    ['SELECT a FROM t TABLESAMPLE SYSTEM (1)', 'TABLESAMPLE is not allowed', 29],
  ])('%s', (text, message, column) => refused(text, `The query is refused at line 1, column ${column}: ${message}.`));

  it.each([
    'DELETE FROM t',
    'UPDATE t SET a = 1',
    'INSERT INTO t VALUES (1)',
    'DROP TABLE t',
    'CREATE TABLE t AS SELECT 1',
    "COPY t TO PROGRAM 'id'",
    "DO 'BEGIN END'",
    'CALL p()',
    'EXPLAIN ANALYZE SELECT 1',
    'SET ROLE postgres',
    'COMMIT',
    'BEGIN',
    'PREPARE p AS SELECT 1',
    'EXECUTE p',
    'DECLARE c CURSOR FOR SELECT 1',
    'LISTEN x',
    'LOCK TABLE t',
    'VACUUM',
    "LOAD 'x'",
    'SHOW ALL',
  ])('%s', (text) =>
    refused(text, /^The query is refused at line 1, column \d+: (it may only read|only SELECT and VALUES)/),
  );
});

describe('a query is refused that is not one statement of text', () => {
  it.each([
    ['', 'The query is refused: it is empty.'],
    [' \n-- nothing', 'The query is refused: it is empty.'],
    [';', 'The query is refused: it is empty.'],
    [
      'SELECT 1;\n DELETE FROM t',
      'The query is refused at line 2, column 2: it must be one statement, and another begins here.',
    ],
    ['SELECT 1) AS x; DELETE FROM t; --', 'The query is refused at line 1, column 9: syntax error at or near ")".'],
    ['SELECT 1 /* open', 'The query is refused at line 1, column 10: unterminated /* comment at or near "/* open".'],
    ["SELECT 'open", `The query is refused at line 1, column 8: unterminated quoted string at or near "'open".`],
    ['SELECT 1\0 DELETE', 'The query is refused at line 1, column 9: this character cannot be part of a query.'],
    ["SELECT '\ud800'", 'The query is refused at line 1, column 9: this character cannot be part of a query.'],
    ["SELECT '😀é',\n '😀' wrong here", 'The query is refused at line 2, column 12: syntax error at or near "here".'],
    ["SELECT '😀é',\n $1", 'The query is refused at line 2, column 2: it may not have parameters such as $1.'],
  ])('%j', (text, message) => refused(text, message));

  it('takes the statement without its semicolon and what follows', async () => {
    const { text } = await parseQuery("\n SELECT 'é;' AS a -- why\n ; -- the end");
    expect(text.trim()).toBe("SELECT 'é;' AS a -- why");
  });
});

describe('a query has a size', () => {
  it('of characters', async () => {
    const text = `SELECT '${'x'.repeat(MOST_QUERY_CHARACTERS - 9)}'`;
    await expect(vet(text)).resolves.toEqual([]);
    await refused(`${text} `, 'The query is refused: it has 100001 characters; 100000 may be.');
  });

  it('of what can nest, and many columns are not deep', async () => {
    const wide = `SELECT ${Array.from({ length: 8000 }, (_, index) => `t.c${index}`).join(', ')} FROM t`;
    expect(await vet(wide)).toHaveLength(8000);
    const chain = (signs: number) => `SELECT 1${'+1'.repeat(signs - 1)}`;
    expect(await vet(chain(MOST_NESTING_TOKENS))).toHaveLength(1);
    await refused(
      chain(49_000),
      'The query is refused: it has 49000 keywords, operators and parentheses; 3000 may be.',
    );
  });

  it('whatever stands in its literals and comments', async () => {
    const odd = `SELECT '\u0001\f\b"\\' /* \u0002 */, "\u001f" -- \u0003\n`;
    await expect(vet(`${odd} FROM t`)).resolves.toEqual([]);
    await refused(`${odd}${'+1'.repeat(40_000)}`, /^The query is refused: it has 40001 keywords/);
    await refused(`SELECT ${'+1'.repeat(40_000)}, 'open`, /cannot be read to its end/);
    expect(await vet('SELECT f()')).toHaveLength(1);
  });

  it.each([
    ['subqueries', '(SELECT ', ')'],
    ['parentheses', '(', ')'],
    ['negations', 'NOT ', ''],
    ['rows', 'ROW(', ')'],
    ['values', '(VALUES(', '))'],
    ['arrays', 'ARRAY[', ']'],
    ['calls', 'f(', ')'],
  ])('and no nesting of %s below it harms the parser', async (_, open, close) => {
    const depth =
      Math.floor(MOST_NESTING_TOKENS / (open.match(/\w+|\W/g)!.filter((sign) => sign !== ' ').length + close.length)) -
      1;
    const text = `SELECT ${open.repeat(depth)}1${close.repeat(depth)}`;
    await vet(text).catch((error: unknown) => expect(error).toMatchObject({ code: 'data_source.query_refused' }));
    expect(await vet('SELECT f()')).toHaveLength(1);
  });
});

describe('the names that the database is asked about', () => {
  it.each([
    [
      'SELECT pg_sleep(1), public.f(lower(a)), "Odd ""f"()',
      'function Odd "f',
      'function lower',
      'function pg_sleep',
      'function public.f',
    ],
    ['SELECT a FROM unnest(b) AS t(a) WHERE a OPERATOR(odd.~~) b', 'function unnest', 'operator odd.~~'],
    ['SELECT t.pg_read_file, s.t.lo_get, plain FROM s.t', 'attribute lo_get', 'attribute pg_read_file'],
    [
      'SELECT (t).pg_read_file, (f(1)).a.b, (c)[1].d, t.*, s.t.* FROM t',
      'attribute a',
      'attribute b',
      'attribute d',
      'attribute pg_read_file',
      'function f',
    ],
    [
      'SELECT a BETWEEN 1 AND 2, a = ANY (SELECT 1)',
      'operator <',
      'operator <=',
      'operator =',
      'operator >',
      'operator >=',
    ],
    ['SELECT a::odd.kind, CAST(b AS mood[]) ORDER BY a USING <<', 'operator <<', 'type mood', 'type odd.kind'],
    [
      'SELECT sum(f(a)) FILTER (WHERE g(a)) OVER (ORDER BY h(a)) FROM x LIMIT i()',
      'function f',
      'function g',
      'function h',
      'function i',
      'function sum',
    ],
  ])('%s', async (text, ...names) => {
    expect(await namesOf(text)).toEqual(names);
  });

  it('have their place', async () => {
    expect(await vet("SELECT 'é', pg_sleep(1)")).toEqual([
      { kind: 'function', schema: null, name: 'pg_sleep', location: 13 },
    ]);
  });
});
