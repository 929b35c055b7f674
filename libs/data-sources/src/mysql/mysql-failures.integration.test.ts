import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { hasMariaDb, startMariaDb, type MariaDbServer } from '../../../../test/mariadb/server';
import { sql } from '../statement';
import { mysqlConnectionOf, type MySqlAddress } from './mysql-connection';
import { MySqlDataSource } from './mysql-data-source';
import { openMariaDb } from './testing/open-mariadb';

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB DID NOT FAIL IN ANY WAY: mariadbd is not in the PATH.\n');

const CSV = { type: 'csv', delimiter: ',', nullText: '' } as const;
const FREE = sql`SELECT 'free'`;
const ENDLESS = sql`SELECT a."id", b."id" FROM "shop"."items" a, "shop"."items" b, "shop"."items" c, "shop"."items" d`;
const ITEMS = `
  CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4; USE shop;
  CREATE TABLE items AS SELECT seq AS id, concat('n', seq) AS name FROM seq_1_to_1000;`;

(isInstalled ? describe : describe.skip)('a MariaDB that fails', () => {
  let server: MariaDbServer;
  let source: MySqlDataSource;

  beforeAll(async () => {
    server = await startMariaDb();
    await server.execute(ITEMS);
    source = openMariaDb(server, 'shop', { poolMax: 1 });
  });
  afterAll(async () => {
    await source.close();
    await server.close();
  });

  /** Threads of the server that run a statement over the table now. */
  const running = () =>
    server.execute(`SELECT id FROM information_schema.PROCESSLIST WHERE info LIKE '%items%' AND id <> connection_id()`);
  const untilRunning = async () => {
    let threads = '';
    while ((threads = await running()) === '');
    return threads.trim();
  };

  it('has lost a column since the report was planned', async () => {
    await server.execute(
      'USE shop; CREATE TABLE losing AS SELECT 1 AS id, 2 AS gone; ALTER TABLE shop.losing DROP gone;',
    );
    const planned = sql`SELECT "id", "gone" FROM "shop"."losing"`;
    const lost = { code: 'data_source.column_missing', transient: false };
    await expect(source.rows(planned, {})).rejects.toMatchObject(lost);
    await expect(source.copyOut(planned, CSV, {})).rejects.toMatchObject(lost);
  });

  it('has a value in a late row that is no number', async () => {
    const late = sql`SELECT CASE WHEN b."id" = ${'1000'}::bigint THEN b."name"::bigint ELSE 0 END FROM "shop"."items" a, "shop"."items" b`;
    const copied = source.copyOut(late, CSV, {}).then((stream) => text(stream));
    await expect(copied).rejects.toMatchObject({ code: 'data_source.value_invalid', transient: false });
    expect(await source.rows(FREE, {})).toEqual([['free']]);
  });

  it('computes on when a statement is cancelled, only until it is told', async () => {
    for (const end of ['abort', 'destroy'] as const) {
      const controller = new AbortController();
      const stream = await source.copyOut(ENDLESS, CSV, { signal: controller.signal });
      stream.on('error', () => undefined);
      await once(stream, 'readable');
      await untilRunning();
      const closed = new Promise((resolve) => stream.once('close', resolve));
      if (end === 'abort') controller.abort();
      else stream.destroy();
      await closed;
      expect(await running()).toBe('');
    }
  });

  it('stops a statement whose time is over, and one whose reader is too slow for it', async () => {
    const stream = await source.copyOut(ENDLESS, CSV, { timeoutMs: 300 });
    await once(stream, 'readable');
    // Nobody reads until the time is over.
    const [failure] = (await once(stream, 'error')) as [unknown];
    expect(failure).toMatchObject({ code: 'data_source.timeout', transient: true });
    expect(await running()).toBe('');
  });

  it('has no connection left for a second query, which can be cancelled while it waits', async () => {
    const stream = await source.copyOut(ENDLESS, CSV, {});
    const controller = new AbortController();
    const waiting = source.rows(FREE, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'data_source.cancelled' });
    const next = source.rows(FREE, {});
    stream.destroy();
    expect(await next).toEqual([['free']]);
  });

  it('lets a user have no more connections', async () => {
    await server.execute(`
      CREATE USER single@'127.0.0.1' IDENTIFIED BY 'secret' WITH MAX_USER_CONNECTIONS 1; GRANT SELECT ON shop.* TO single@'127.0.0.1';`);
    const single = openMariaDb({ address: { ...server.address, user: 'single', password: 'secret' } }, 'shop');
    const stream = await single.copyOut(ENDLESS, CSV, {});
    await expect(single.rows(FREE, {})).rejects.toMatchObject({
      code: 'data_source.unreachable',
      message: 'The data source has no connection to spare.',
      transient: true,
    });
    stream.destroy();
    await once(stream, 'close');
    await single.close();
  });

  it('lets nobody in with another password, and nobody read what is not granted', async () => {
    await server.execute(`
      CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'secret'; GRANT SELECT (id) ON shop.items TO reader@'127.0.0.1';`);
    const reader = (password: string) =>
      openMariaDb({ address: { ...server.address, user: 'reader', password } }, 'shop');
    const [stranger, known] = [reader('wrong'), reader('secret')];
    const denied = { code: 'data_source.permission_denied', transient: false };
    await expect(stranger.rows(FREE, {})).rejects.toMatchObject(denied);
    const hidden = sql`SELECT "name" FROM "shop"."items"`;
    // What the user may not read is not there for them.
    await expect(known.rows(hidden, {})).rejects.toMatchObject({ code: 'data_source.column_missing' });
    expect(await known.rows(sql`SELECT max("id") FROM "shop"."items"`, {})).toEqual([['1000']]);
    await Promise.all([stranger.close(), known.close()]);
  });

  it('breaks idle connections, which the next query does not notice', async () => {
    await server.execute(`
      CREATE USER idle@'127.0.0.1' IDENTIFIED BY 'secret'; GRANT SELECT ON shop.* TO idle@'127.0.0.1';`);
    const pair = openMariaDb({ address: { ...server.address, user: 'idle', password: 'secret' } }, 'shop');
    await Promise.all([pair.rows(FREE, {}), pair.rows(FREE, {})]);
    await server.execute('KILL USER idle');
    expect(await pair.rows(FREE, {})).toEqual([['free']]);
    await pair.close();
  });

  it('is killed half way', async () => {
    const mortal = await startMariaDb();
    await mortal.execute(ITEMS);
    const dying = openMariaDb(mortal, 'shop');
    const stream = await dying.copyOut(ENDLESS, CSV, {});
    await once(stream, 'readable');
    const copied = text(stream);
    process.kill(mortal.pid, 'SIGKILL');
    await expect(copied).rejects.toMatchObject({ code: 'data_source.unreachable', transient: true });
    await expect(dying.rows(FREE, {})).rejects.toMatchObject({ code: 'data_source.unreachable', transient: true });
    await dying.close();
    await mortal.close();
  });

  describe('over TLS', () => {
    beforeAll(() =>
      server.execute(`
        CREATE USER safe@'127.0.0.1' IDENTIFIED BY 'secret' REQUIRE SSL; GRANT SELECT ON shop.* TO safe@'127.0.0.1';`),
    );

    /** Asks as a user whom the server lets in over TLS alone. */
    const asked = async (tls: MySqlAddress['tls'], host = 'localhost', { port } = server.address) => {
      const connection = mysqlConnectionOf({ host, port, database: 'shop', user: 'safe', tls }, 'secret');
      const safe = new MySqlDataSource(connection, { poolMax: 1, statementTimeoutMs: 20_000 });
      try {
        return await safe.rows(FREE, {});
      } finally {
        await safe.close();
      }
    };

    it('is spoken with anybody, or with whom the certificate names', async () => {
      expect(await asked({ mode: 'require', ca: null })).toEqual([['free']]);
      expect(await asked({ mode: 'require', ca: null }, '127.0.0.1')).toEqual([['free']]);
      expect(await asked({ mode: 'verify-full', ca: server.ca })).toEqual([['free']]);
      await expect(asked({ mode: 'disable', ca: null })).rejects.toMatchObject({
        code: 'data_source.permission_denied',
      });
    });

    it('carries a cancellation', async () => {
      const connection = mysqlConnectionOf(
        {
          ...server.address,
          host: 'localhost',
          database: 'shop',
          user: 'safe',
          tls: { mode: 'verify-full', ca: server.ca },
        },
        'secret',
      );
      const safe = new MySqlDataSource(connection, { poolMax: 1, statementTimeoutMs: 20_000 });
      const stream = await safe.copyOut(ENDLESS, CSV, {});
      await once(stream, 'readable');
      stream.destroy();
      await once(stream, 'close');
      expect(await running()).toBe('');
      await safe.close();
    });

    it('is refused when the certificate is of nobody that is trusted', async () => {
      const other = await startMariaDb();
      for (const ca of [null, other.ca]) {
        await expect(asked({ mode: 'verify-full', ca })).rejects.toMatchObject({
          code: 'data_source.unreachable',
          message: expect.stringMatching(/certificate .+ not trusted/) as string,
        });
      }
      await other.close();
    });

    it('cannot be checked for an address', async () => {
      await expect(asked({ mode: 'verify-full', ca: server.ca }, '127.0.0.1')).rejects.toMatchObject({
        code: 'data_source.unsupported',
        message: expect.stringMatching(/host name/) as string,
      });
    });

    it('is missed where the server speaks none', async () => {
      const plain = await startMariaDb({ tls: false });
      await plain.execute('CREATE DATABASE shop');
      for (const tls of [
        { mode: 'require', ca: null },
        { mode: 'verify-full', ca: server.ca },
      ] as const) {
        await expect(asked(tls, 'localhost', plain.address)).rejects.toMatchObject({
          code: 'data_source.unreachable',
          message: expect.stringMatching(/speaks no TLS/) as string,
        });
      }
      await plain.close();
    });
  });
});
