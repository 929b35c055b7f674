import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { FaultyLink } from './faulty-link';

let server: Server;
let link: FaultyLink;
let database: Socket;
let app: Socket;

async function dial(): Promise<void> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  app = connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true });
  app.on('error', () => undefined);
  await once(app, 'connect');
  [database] = await accepted;
  database.on('error', () => undefined);
}

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  link = await FaultyLink.open((server.address() as { port: number }).port);
  await dial();
});
afterEach(async () => {
  await link.close();
  app.destroy();
  database.destroy();
  server.close();
});

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

const received = async (socket: Socket): Promise<string> => String(((await once(socket, 'data')) as [Buffer])[0]);

async function talk(): Promise<void> {
  const question = received(database);
  app.write('question');
  expect(await question).toBe('question');
  const answer = received(app);
  database.write('answer');
  expect(await answer).toBe('answer');
}

it('passes on what is said, and the end', async () => {
  await talk();
  const ended = once(database, 'end');
  app.end();
  database.resume();
  await ended;
  const answer = received(app);
  database.end('last words');
  expect(await answer).toBe('last words');
  await once(app.resume(), 'end');
});

it('delays what is said until it is mended', async () => {
  link.delay(40);
  const order: string[] = [];
  // Timers of one process end in their order, however slow the machine is.
  setTimeout(() => order.push('before'), 20);
  const question = received(database);
  app.write('question');
  order.push(await question);
  expect(order).toEqual(['before', 'question']);
  link.mend();
  await talk();
});

it('cuts: both sides are reset, and so is whoever calls', async () => {
  const broken = Promise.all([closed(app), closed(database)]);
  link.cut();
  await broken;
  const refused = connect({ port: link.port, host: '127.0.0.1' });
  await expect(once(refused, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
  link.mend();
  await dial();
  await talk();
});

it.each([
  ['app', () => app, () => database],
  ['database', () => database, () => app],
] as const)('half closes: the %s hears the end, the other side nothing', async (side, told, other) => {
  await talk();
  const heard = jest.fn();
  for (const event of ['data', 'end', 'close']) other().on(event, heard);
  const ended = once(told().resume(), 'end');
  link.halfClose(side);
  await ended;
  told().end('unheard');
  await dial();
  await talk();
  expect(heard).not.toHaveBeenCalled();
});

it('resets half closed connections when it is mended', async () => {
  link.halfClose('app');
  const broken = Promise.all([closed(app), closed(database)]);
  app.end();
  link.mend();
  await broken;
});
