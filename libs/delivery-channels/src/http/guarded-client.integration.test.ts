import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { fileOf, parcelOf } from '../testing';
import { startHttpReceiver, type HttpReceiver } from '../testing/http-receiver';
import { thrownBy } from '../testing/thrown';
import { WebhookChannel } from '../webhook/webhook-channel';
import type { WebhookOptions } from '../webhook/webhook-options';
import { GuardedClient } from './guarded-client';

const never = new AbortController().signal;
const post = (text = 'body') => ({
  headers: {},
  length: Buffer.byteLength(text),
  body: () => Promise.resolve(Readable.from([Buffer.from(text)])),
});

/** Says something and then nothing more. */
async function* beginning(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(10);
  await new Promise(() => undefined);
}

let receiver: HttpReceiver;
beforeEach(async () => {
  receiver = await startHttpReceiver({ secure: false, host: '127.0.0.1' });
});
afterEach(() => receiver.close());

/** Of plain HTTP, which is allowed to localhost. */
const plain = { allowHttp: true, wholeMs: 30_000 };
const at = (host: string, resolve?: (host: string) => Promise<LookupAddress[]>) => ({
  url: `http://${host}:${receiver.port}/`,
  options: { ...plain, ...(resolve === undefined ? {} : { resolve }) },
});

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '0.0.0.0',
    '[::]',
    '169.254.169.254',
    '10.0.0.1',
    '127.0.0.1.',
  ])('goes not to %s', async (host) => {
    const { url, options } = at(host);
    await expect(new GuardedClient(url, options).post(post(), never)).rejects.toMatchObject({
      code: 'delivery.address_forbidden',
      transient: false,
    });
    expect(receiver.connections()).toBe(0);
  });

  it('goes to none of the addresses of a name when one of them is forbidden', async () => {
    const { url, options } = at('hooks.example.org', () =>
      Promise.resolve([
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]),
    );
    await expect(new GuardedClient(url, options).post(post(), never)).rejects.toMatchObject({
      code: 'delivery.address_forbidden',
      message: expect.stringContaining('hooks.example.org has an address that deliveries may not go to (loopback)'),
    });
    expect(receiver.connections()).toBe(0);
  });

  it('connects to the address that was checked, whatever the name means afterwards', async () => {
    let asked = 0;
    // The name is unknown to the system: only the checked address can lead to the receiver.
    const { url, options } = at('rebinding.invalid', () => {
      asked += 1;
      return Promise.resolve([{ address: asked === 1 ? '127.0.0.1' : '127.0.0.9', family: 4 }]);
    });
    const client = new GuardedClient(url, { ...options, allowedPrivateHosts: ['rebinding.invalid'] });
    expect(await client.post(post(), never)).toMatchObject({ status: 200 });
    expect(asked).toBe(1);
    expect(receiver.received[0]?.headers.host).toBe(`rebinding.invalid:${receiver.port}`);
  });

  it('says that a name is unknown', async () => {
    const client = new GuardedClient('https://nowhere.invalid/', {
      wholeMs: 30_000,
      resolve: () => Promise.resolve([]),
    });
    await expect(client.post(post(), never)).rejects.toMatchObject({ code: 'delivery.unreachable', transient: true });
  });

  it.each(['ftp://example.org/', 'http://example.org/', 'example.org', 'https://user:pass@example.org/', ''])(
    'refuses the URL %j',
    (url) => {
      const error = thrownBy(() => new GuardedClient(url, { wholeMs: 1 }));
      expect(error).toMatchObject({ code: 'delivery.options_invalid' });
      expect(error?.message).not.toContain('pass@');
    },
  );
});

describe('answers', () => {
  const client = (more = {}) =>
    new GuardedClient(`http://127.0.0.1:${receiver.port}/`, { ...plain, allowedPrivateHosts: ['127.0.0.1'], ...more });

  it('follows no redirect, to 169.254.169.254 or anywhere', async () => {
    receiver.answer = ({ path }, response) =>
      path === '/' ? response.writeHead(302, { Location: '/other' }).end() : response.end('followed');
    expect(await client().post(post(), never)).toMatchObject({ status: 302 });
    receiver.answer = (_received, response) =>
      response.writeHead(307, { Location: 'http://169.254.169.254/latest/meta-data' }).end();
    expect(await client().post(post(), never)).toMatchObject({ status: 307 });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/', '/']);
  });

  it('reads 64 KiB of an answer and drops the rest', async () => {
    receiver.answer = (_received, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, 'x')));
      };
      response.on('drain', pour);
      pour();
    };
    expect((await client().post(post(), never)).body).toBe('x'.repeat(65_536));
  });

  it('waits no longer for an answer than it may', async () => {
    receiver.answer = () => undefined;
    await expect(client({ wholeMs: 1_000 }).post(post(), never)).rejects.toMatchObject({
      code: 'delivery.timeout',
      transient: true,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('waits no longer for the end of an answer that trickles', async () => {
    receiver.answer = (_received, response) => void response.writeHead(200).write('o');
    await expect(client({ wholeMs: 100 }).post(post(), never)).rejects.toMatchObject({ code: 'delivery.timeout' });
  });

  it('stops at once when it is cancelled', async () => {
    const controller = new AbortController();
    receiver.answer = () => controller.abort();
    await expect(client().post(post(), controller.signal)).rejects.toMatchObject({ code: 'delivery.cancelled' });
  });

  it('does not know what became of a body that is taken without an answer', async () => {
    receiver.answer = (_received, response) => response.destroy();
    await expect(client().post(post(), never)).rejects.toMatchObject({ code: 'delivery.unconfirmed', transient: true });
  });

  it('hears a refusal that comes before all is sent', async () => {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () =>
        socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno'),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const early = new GuardedClient(`http://127.0.0.1:${port}/`, { ...plain, allowedPrivateHosts: ['127.0.0.1'] });
    const large = { headers: {}, length: 1e9, body: () => Promise.resolve(Readable.from(beginning())) };
    expect(await early.post(large, never)).toMatchObject({ status: 413, body: 'no' });
    server.close();
    await once(server, 'close');
  });
});

describe('TLS', () => {
  it('trusts no certificate by itself', async () => {
    const secure = await startHttpReceiver();
    try {
      const options = { wholeMs: 30_000, allowedPrivateHosts: ['localhost', '127.0.0.1'] };
      await expect(new GuardedClient(`${secure.origin}/`, options).post(post(), never)).rejects.toMatchObject({
        code: 'delivery.tls_failed',
        transient: false,
      });
      // The right authority, and another name than the certificate's.
      const other = new GuardedClient(`https://127.0.0.1:${secure.port}/`, { ...options, ca: secure.ca });
      const resolved = new GuardedClient(`https://other.invalid:${secure.port}/`, {
        ...options,
        ca: secure.ca,
        allowedPrivateHosts: ['other.invalid'],
        resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      });
      for (const wrong of [other, resolved]) {
        await expect(wrong.post(post(), never)).rejects.toMatchObject({ code: 'delivery.tls_failed' });
      }
      expect(secure.received).toEqual([]);
    } finally {
      await secure.close();
    }
  });

  it('gives up a server that takes the connection and says nothing', async () => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const options = { wholeMs: 30_000, connectMs: 100, allowedPrivateHosts: ['127.0.0.1'] };
    const silent = new GuardedClient(`https://127.0.0.1:${port}/`, options);
    await expect(silent.post(post(), never)).rejects.toMatchObject({ code: 'delivery.timeout', transient: true });
    server.close();
    await once(server, 'close');
  });
});

describe('webhooks', () => {
  const options = (more: Partial<WebhookOptions> = {}): WebhookOptions => ({
    url: `http://127.0.0.1:${receiver.port}/hook`,
    secret: 'whsec-0123456789abcdef',
    allowHttp: true,
    allowedPrivateHosts: ['127.0.0.1'],
    ...more,
  });
  const send = (more: Partial<WebhookOptions> = {}) =>
    new WebhookChannel(options(more)).send(parcelOf([fileOf('a.csv', 'a')]), never);

  it('tells what happened, and where the files are', async () => {
    await send();
    expect(JSON.parse(receiver.received[0]?.body.toString() ?? '')).toEqual({
      event: 'report.completed',
      deliveryId: '5a0e4c1c-7b1f-4a5e-9d57-7a1f6d1f0a11',
      jobId: 'c3f1f4ce-0a0b-4f0e-8b6e-2f6c3a7c9d22',
      template: 'Verspätete Flüge',
      reportDate: '2026-11-26',
      link: { url: 'https://reports.example.org/r/1?token=link-token', expiresAt: '2026-12-03T00:00:00.000Z' },
      files: [
        {
          name: 'a.csv',
          mediaType: 'text/csv; charset=utf-8',
          bytes: 1,
          sha256: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
          url: 'https://reports.example.org/f/a.csv?token=file-token',
        },
      ],
    });
  });

  it('tells of a parcel without files even where files are asked for', async () => {
    await new WebhookChannel(options({ content: 'files' })).send(parcelOf([]), never);
    expect(receiver.received[0]?.headers['content-type']).toBe('application/json');
  });

  it('is not content with 200 and an error page', async () => {
    receiver.answer = (_received, response) => response.end('<h1>Please sign in</h1>');
    await expect(send({ expect: { pointer: '/accepted', equals: true } })).rejects.toMatchObject({
      code: 'delivery.unexpected_answer',
      message: expect.stringContaining('it said "<h1>Please sign in</h1>"'),
      transient: true,
    });
    receiver.answer = (_received, response) => response.end('{"accepted":true}');
    await expect(send({ expect: { pointer: '/accepted', equals: true } })).resolves.toMatchObject({
      answer: '200 {"accepted":true}',
    });
  });

  it('stops at the first file that is refused', async () => {
    receiver.answer = ({ headers }, response) => response.writeHead(headers['x-file-index'] === '2' ? 503 : 200).end();
    const files = ['1', '2', '3'].map((name) => fileOf(name, name));
    await expect(new WebhookChannel(options({ content: 'files' })).send(parcelOf(files), never)).rejects.toMatchObject({
      code: 'delivery.busy',
    });
    expect(
      receiver.received.map(({ headers }) => `${String(headers['x-file-index'])}/${String(headers['x-file-count'])}`),
    ).toEqual(['1/3', '2/3']);
  });

  it.each<[string, Partial<WebhookOptions>]>([
    ['a short secret', { secret: 'short' }],
    ['a header with a line break', { headers: { 'X-A': 'a\r\nX-B: b' } }],
    ['a name that is none', { headers: { 'X A': 'a' } }],
    ['a header of the delivery itself', { headers: { 'content-length': '0' } }],
    ['another signature', { headers: { 'x-signature-256': 'x' } }],
    ['a pointer that is none', { expect: { pointer: 'status', equals: 'ok' } }],
  ])('refuses %s', (_what, more) => {
    expect(thrownBy(() => new WebhookChannel(options(more)))).toMatchObject({ code: 'delivery.options_invalid' });
  });
});
