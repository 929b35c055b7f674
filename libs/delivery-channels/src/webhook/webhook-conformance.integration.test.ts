import { channelConformance, fileOf, parcelOf, type ArrivedFile, type ChannelUnderTest } from '../testing';
import { startHttpReceiver, type Received } from '../testing/http-receiver';
import { unusedPort } from '../testing/unused-port';
import { WebhookChannel } from './webhook-channel';
import type { WebhookOptions } from './webhook-options';

const SECRET = 'whsec-0123456789abcdef';
const TOKEN = 'bearer-token-42';

async function make(
  content: 'json' | 'files',
  filesOf: (received: Received) => ArrivedFile[],
): Promise<ChannelUnderTest> {
  const receiver = await startHttpReceiver();
  receiver.answer = ({ headers }, response) => {
    if (headers.authorization === `Bearer ${TOKEN}`) response.end('thank you');
    // Even what it repeats to us must not come out.
    else
      response.writeHead(401).end(`no: ${headers.authorization} ${SECRET} ${headers['x-signature-256']?.toString()}`);
  };
  const options: WebhookOptions = {
    url: `${receiver.origin}/hooks/path-key-77`,
    secret: SECRET,
    content,
    headers: { Authorization: `Bearer ${TOKEN}` },
    ca: receiver.ca,
    allowedPrivateHosts: ['localhost'],
  };
  const accepted = (): Received[] =>
    receiver.received.filter(({ headers }) => headers.authorization === `Bearer ${TOKEN}`);
  return {
    channel: new WebhookChannel(options),
    away: new WebhookChannel({ ...options, url: `https://localhost:${await unusedPort()}/hooks/path-key-77` }),
    refused: new WebhookChannel({ ...options, headers: { Authorization: 'Bearer wrong-token-43' } }),
    secrets: [SECRET, TOKEN, 'wrong-token-43', 'path-key-77'],
    arrived: () => Promise.resolve(accepted().flatMap(filesOf)),
    texts: () => Promise.resolve(content === 'json' ? accepted().map(({ body }) => body.toString()) : []),
    identities: () => Promise.resolve(receiver.received.map(({ headers }) => String(headers['idempotency-key']))),
    leftovers: () => Promise.resolve([]),
    dispose: () => receiver.close(),
  };
}

channelConformance('webhook with JSON', { carries: 'list' }, () =>
  make('json', ({ body }) => {
    const { files } = JSON.parse(body.toString()) as { files: ArrivedFile[] };
    return files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }));
  }),
);

channelConformance('webhook with files', { carries: 'files' }, () =>
  make('files', ({ headers, bytes, sha256 }) => {
    const encoded = /^attachment; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+)$/.exec(
      headers['content-disposition'] ?? '',
    );
    expect(headers['content-digest']).toBe(`sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`);
    return [{ name: decodeURIComponent(encoded?.[1] ?? ''), bytes, sha256 }];
  }),
);

it.each(['json', 'files'] as const)('has the same body under the same key in each attempt (%s)', async (content) => {
  const receiver = await startHttpReceiver({ secure: false, host: '127.0.0.1' });
  const options = {
    url: receiver.origin,
    secret: SECRET,
    content,
    allowHttp: true,
    allowedPrivateHosts: ['127.0.0.1'],
  };
  const channel = new WebhookChannel(options);
  for (const attempt of [1, 2]) {
    await channel.send(parcelOf([fileOf('late.csv', 'a,b')], { attempt }), new AbortController().signal);
  }
  const [first, second] = receiver.received;
  expect(second?.headers).toMatchObject({ 'x-delivery-attempt': '2' });
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  expect(second?.body).toEqual(first?.body);
  await receiver.close();
});
