import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { loadSampleData } from './load-sample-data';

const server = process.env.TEST_POSTGRES_URL!;
const now = new Date('2026-11-23T12:00:00Z');
const lines: string[] = [];
let database: string;

const load = (more: { flights?: number; now?: Date } = {}) =>
  loadSampleData({ url: server, database, now, flights: 2_000, log: (line) => lines.push(line), ...more });

async function query(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
    return rows;
  } finally {
    await client.end();
  }
}

const asAdmin = (...statements: string[]) => {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return query(url.href, ...statements);
};

beforeEach(() => {
  database = `samples_${randomUUID().replaceAll('-', '')}`;
  lines.length = 0;
});

afterEach(() => query(server, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));

describe('the sample data', () => {
  it('are the whole files, with dates in the past week', async () => {
    const { url } = await load({ flights: Infinity });

    expect(
      await query(
        url,
        `SELECT count(*)::int AS n, sum(delay)::int AS delay, sum(distance)::text AS distance, min("date")::text AS first,
           max("date")::text AS last, count(DISTINCT origin)::int AS origins FROM flights`,
      ),
    ).toEqual([
      {
        n: 3_000_000,
        delay: 20_003_603,
        distance: '2194861208',
        first: '2026-05-25 00:01:00',
        last: '2026-11-22 00:00:00',
        origins: 229,
      },
    ]);
    expect(
      await query(
        url,
        `SELECT count(*)::int AS n, max("Flight Date")::text AS last, sum("Cost Total $")::text AS cost FROM birdstrikes`,
      ),
    ).toEqual([{ n: 10_000, last: '2026-11-19', cost: '40545276' }]);
    expect(
      await query(
        url,
        `SELECT count(*)::int AS n, count("Title")::int AS titles, sum("IMDB Rating")::text AS ratings FROM movies`,
      ),
    ).toEqual([{ n: 3_201, titles: 3_200, ratings: '18775.0' }]);
    expect(lines).toContain('  flights: 3,000,000 of 3,000,000 rows');
  }, 60_000);

  it('keep untidy values and names as they are', async () => {
    const { url } = await load();
    expect(
      await query(
        url,
        `SELECT "Title", "Release Date"::text AS released, "IMDB Rating" FROM movies WHERE "Title" IN ('1408', 'Mr. 3000')`,
      ),
    ).toEqual(expect.arrayContaining([{ Title: '1408', released: '2007-06-22', 'IMDB Rating': '6.9' }]));
    expect(await query(url, `SELECT count(*)::int AS n FROM birdstrikes WHERE "Speed IAS in knots" IS NULL`)).toEqual([
      { n: 2_836 },
    ]);
  }, 30_000);

  it('are loaded once, and reached by a role that may only read', async () => {
    await load();
    lines.length = 0;
    const { url } = await load();
    expect(lines).toEqual([]);

    expect(await query(url, 'SELECT count(*)::int AS n FROM flights')).toEqual([{ n: 2_000 }]);
    await expect(query(url, 'DELETE FROM flights')).rejects.toMatchObject({ code: '25006' });
    await expect(query(url, 'SET default_transaction_read_only = off', 'DELETE FROM flights')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(query(url, 'SELECT * FROM sample_data.load')).rejects.toMatchObject({ code: '42501' });
  }, 30_000);

  it('are loaded anew after a load that was killed half way', async () => {
    await load();
    // What stands there when the process dies during a first load: no marker, and part of the rows.
    await asAdmin(
      'DROP SCHEMA sample_data CASCADE',
      'DROP TABLE flights, birdstrikes, movies',
      'CREATE SCHEMA loading',
      'CREATE TABLE loading.flights (date timestamp)',
    );
    const { url } = await load();
    expect(await query(url, 'SELECT count(*)::int AS n FROM flights')).toEqual([{ n: 2_000 }]);
    expect(await asAdmin("SELECT to_regnamespace('loading') AS loading")).toEqual([{ loading: null }]);
  }, 30_000);

  it('move on when their last flight is more than a week old', async () => {
    await load();
    const { url } = await load({ now: new Date('2026-12-10T08:00:00Z') });
    expect(await query(url, 'SELECT max(date)::text AS last, count(*)::int AS n FROM flights')).toEqual([
      { last: '2026-12-06 00:00:00', n: 2_000 },
    ]);
  }, 30_000);
});
