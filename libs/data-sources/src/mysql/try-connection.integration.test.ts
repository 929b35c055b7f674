import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createConnection } from 'mysql2/promise';
import type { MySqlOptions } from '#domain';
import { mysqlSource } from '#domain/testing';
import { createLogger } from '#platform';
import { hasMariaDb, startMariaDb, type MariaDbServer } from '../../../../test/mariadb/server';
import { CONNECTION_TEST_MS } from '../connection-test';
import { openDataSource, testConnection } from '../connectors';
import type { DataSource } from '../data-source';
import { sql } from '../statement';

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB DID NOT RUN THE TESTS OF CONNECTIONS: mariadbd is not in the PATH.\n');

const PASSWORD = 'p&ssword of the reader';
const ORDERS = sql`SELECT "id" FROM "shop"."orders" ORDER BY "id"`;
const NOT_TLS = { mode: 'disable', ca: null } as const;
const logger = createLogger({ level: 'silent', format: 'json' });

(isInstalled ? describe : describe.skip)('a connection to MariaDB', () => {
  let server: MariaDbServer;

  beforeAll(async () => {
    server = await startMariaDb();
    const user = (name: string, how: string) =>
      `CREATE USER ${name}@'127.0.0.1' ${how}; GRANT SELECT ON shop.* TO ${name}@'127.0.0.1';`;
    await server.execute(`
      CREATE DATABASE shop; CREATE DATABASE secret; CREATE TABLE shop.orders (id int PRIMARY KEY);
      INSERT INTO shop.orders VALUES (1), (2);
      CREATE VIEW shop.slow AS SELECT sleep(600) AS nap;
      INSTALL SONAME 'auth_ed25519';
      ${user('reader', `IDENTIFIED BY '${PASSWORD}'`)}
      ${user('careful', `IDENTIFIED BY '${PASSWORD}' REQUIRE SSL`)}
      ${user('open', '')}
      ${user('locked', `IDENTIFIED BY '${PASSWORD}' ACCOUNT LOCK`)}
      ${user('expired', `IDENTIFIED BY '${PASSWORD}' PASSWORD EXPIRE`)}
      ${user('single', `IDENTIFIED BY '${PASSWORD}' WITH MAX_USER_CONNECTIONS 1`)}
      ${user('modern', `IDENTIFIED VIA ed25519 USING PASSWORD('${PASSWORD}')`)}
      SET GLOBAL max_password_errors = 1000;`);
  });
  afterAll(() => server.close());

  const options = (more: Partial<MySqlOptions> = {}) =>
    mysqlSource({
      ...{ host: '127.0.0.1', port: server.address.port, database: 'shop', user: 'reader', tls: NOT_TLS },
      ...more,
    });
  const tried = (more: Partial<MySqlOptions> = {}, password: string | null = PASSWORD) =>
    testConnection(options(more), password, null);
  const saying = (reason: string, message: RegExp) => ({ reason, message: expect.stringMatching(message) as string });

  it('works, with a password, with none, and with TLS', async () => {
    expect(await tried()).toBeNull();
    expect(await tried({ user: 'open' }, null)).toBeNull();
    expect(await tried({ user: 'careful', tls: { mode: 'require', ca: null } })).toBeNull();
    const checked = { mode: 'verify-full', ca: server.ca } as const;
    expect(await tried({ user: 'careful', host: 'localhost', tls: checked })).toBeNull();
  });

  it('is told apart when nobody is there', async () => {
    expect(await tried({ host: 'no-such-host.invalid' })).toEqual(saying('host_not_found', /spelling/));
    expect(await tried({ port: 1 })).toEqual(saying('refused', /check the port/));
  });

  it('is told apart when the user may not come', async () => {
    expect(await tried({}, 'wrong')).toEqual(saying('sign_in', /refuses the sign-in/));
    expect(await tried({}, null)).toEqual(saying('sign_in', /refuses the sign-in/));
    expect(await tried({ user: 'nobody' })).toEqual(saying('sign_in', /refuses the sign-in/));
    expect(await tried({ user: 'careful' })).toEqual(saying('sign_in', /TLS mode/));
    expect(await tried({ user: 'locked' })).toEqual(saying('sign_in', /locked/));
    expect(await tried({ user: 'expired' })).toEqual(saying('sign_in', /expired/));
    expect(await tried({ user: 'modern' })).toEqual(saying('sign_in', /another plugin/));
  });

  it('is told apart when the database is not there, or not for the user', async () => {
    expect(await tried({ database: 'secret' })).toEqual(saying('sign_in', /may not read this database/));
    const { user, password } = server.address;
    expect(await tried({ database: 'no_such', user }, password)).toEqual(saying('database_missing', /no database/));
  });

  it('is told apart when the server has no connection to spare', async () => {
    const only = await createConnection({ ...server.address, user: 'single', password: PASSWORD, database: 'shop' });
    expect(await tried({ user: 'single' })).toEqual(saying('busy', /no connection to spare/));
    await only.end();
  });

  it('is told apart when the certificate is of nobody that is trusted, or for another host', async () => {
    const trusting = (host: string, ca: string | null) => tried({ host, tls: { mode: 'verify-full', ca } });
    expect(await trusting('localhost', null)).toEqual(saying('tls', /not trusted/));
    // Another way to write the address, which is a name to TLS.
    expect(await trusting('127.1', server.ca)).toEqual(saying('tls', /another host/));
  });

  it('is told apart when the server speaks no TLS', async () => {
    const plain = await startMariaDb({ tls: false });
    try {
      const { port, user, password } = plain.address;
      for (const tls of [{ mode: 'require', ca: null } as const, { mode: 'verify-full', ca: server.ca } as const]) {
        const failure = await tried({ host: 'localhost', port, user, database: 'mysql', tls }, password);
        expect(failure).toEqual(saying('tls', /does not speak TLS/));
      }
      expect(await tried({ port, user, database: 'mysql' }, password)).toBeNull();
    } finally {
      await plain.close();
    }
  });

  it('ends in time when the server says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const failure = tried({ port: (silent.address() as AddressInfo).port });
      await once(silent, 'connection');
      jest.advanceTimersByTime(CONNECTION_TEST_MS);
      expect(await failure).toEqual(saying('timeout', /Nobody answers/));
    } finally {
      jest.useRealTimers();
      silent.close();
    }
  });

  describe('of a registered data source', () => {
    const open = (more: Partial<MySqlOptions> = {}): DataSource =>
      openDataSource(options(more), PASSWORD, {
        ...{ name: 'shop', logger, filesRoot: null },
        limits: { poolMax: 4, statementTimeoutMs: 20_000 },
      });

    it('is made when the first query comes', async () => {
      const source = open({ port: 1 });
      await expect(source.listRelations()).rejects.toMatchObject({ code: 'data_source.unreachable' });
      await source.close();
      const reachable = open();
      expect(await reachable.rows(ORDERS, {})).toEqual([['1'], ['2']]);
      await reachable.close();
    });

    it('is one of as many as its options allow', async () => {
      const queries = async (maxConnections: number | null) => {
        const source = open({ user: 'single', maxConnections });
        const answers = await Promise.allSettled([1, 2, 3].map(() => source.rows(ORDERS, {})));
        await source.close();
        return answers.map(({ status }) => status);
      };
      expect(await queries(1)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
      expect(await queries(null)).toContain('rejected');
    });

    it('ends a query that takes longer than its options allow', async () => {
      const source = open({ statementTimeoutSeconds: 1 });
      await expect(source.rows(sql`SELECT "nap" FROM "shop"."slow"`, {})).rejects.toMatchObject({
        code: 'data_source.timeout',
        message: expect.stringContaining('1 s'),
      });
      await source.close();
    });
  });
});
