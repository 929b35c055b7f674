import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { sql } from '../statement';
import { PostgresDataSource } from './postgres-data-source';

let database: TestDatabase;
let server: Server;
let source: PostgresDataSource;
/** The text of the message that does not reach the database before `passOn`, and what is told when it came. */
let held: { readonly text: string; readonly tell: () => void };
let passOn: () => void;

beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  const [port, host] = [Number(url.port), url.hostname];
  server = createServer((client) => {
    const upstream = connect(port, host);
    upstream.pipe(client);
    client.on('data', (bytes) => {
      if (!bytes.includes(held.text)) {
        upstream.write(bytes);
        return;
      }
      passOn = () => upstream.write(bytes);
      held.tell();
    });
    client.on('close', () => upstream.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  source = new PostgresDataSource({ connectionString: url.href }, { poolMax: 1, statementTimeoutMs: 20_000 });
});
afterAll(async () => {
  await source.close();
  server.close();
  await database.drop();
});

it.each([
  ['has ended', sql`SELECT 1`, 'COMMIT'],
  ['has failed', sql`SELECT 1 / 0`, 'ROLLBACK'],
])('closes after its transaction, also when the reader goes away just when the query %s', async (_, select, text) => {
  const ending = new Promise<void>((tell) => (held = { text, tell }));
  const stream = await source.copyOut(select, { type: 'text' }, {});
  await ending;
  const order: string[] = [];
  const closed = once(stream, 'close').then(() => order.push('closed'));
  stream.destroy();
  await new Promise((turn) => setImmediate(turn));
  order.push(text);
  passOn();
  await closed;
  expect(order).toEqual([text, 'closed']);
});
