import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { openSlowWay, type SlowWay } from '../../../test/postgres/slow-way';
import { NotificationListener } from './listener';

let database: TestDatabase;
let way: SlowWay;
let notifications: NotificationListener;

beforeAll(async () => {
  database = await createTestDatabase();
  way = await openSlowWay(database.url);
  notifications = new NotificationListener(way.url, 'test');
});
afterAll(async () => {
  await notifications.close();
  way.close();
  await database.drop();
});

it('asks its connection one thing after another, as pg will require', async () => {
  await notifications.listen('before', () => undefined);
  const query = jest.spyOn(Client.prototype, 'query');
  const asked = way.holdUp('LISTEN "first"');
  const listening = ['first', 'second', 'third'].map((channel) => notifications.listen(channel, () => undefined));
  await asked;
  await new Promise((turn) => setImmediate(turn));
  const texts = () => query.mock.calls.map(([text]) => text);
  expect(texts()).toEqual(['LISTEN "first"']);
  way.passOn();
  const stops = await Promise.all(listening);
  await Promise.all(stops.map((stop) => stop()));
  expect(texts()).toEqual([
    ...['LISTEN "first"', 'LISTEN "second"', 'LISTEN "third"'],
    ...['UNLISTEN "first"', 'UNLISTEN "second"', 'UNLISTEN "third"'],
  ]);
  query.mockRestore();
});

it('has nobody believe that a channel is heard before it is, also when several begin to listen at once', async () => {
  await notifications.listen('before', () => undefined);
  const asked = way.holdUp('LISTEN "news"');
  const order: string[] = [];
  const listening = ['one', 'two'].map(async (name) => {
    await notifications.listen('news', () => undefined);
    order.push(name);
  });
  await asked;
  await new Promise((turn) => setImmediate(turn));
  order.push('heard');
  way.passOn();
  await Promise.all(listening);
  expect(order).toEqual(['heard', 'one', 'two']);
});
