import { fileOf, largeFile, parcelOf } from '../testing';
import { startHttpReceiver, type HttpReceiver } from '../testing/http-receiver';
import { thrownBy } from '../testing/thrown';
import { S3Channel } from './s3-channel';
import type { S3Options } from './s3-options';

const never = new AbortController().signal;
let server: HttpReceiver;
beforeEach(async () => {
  server = await startHttpReceiver({ secure: false, host: '127.0.0.1' });
});
afterEach(() => server.close());

const options = (more: Partial<S3Options> = {}): S3Options => ({
  endpoint: server.origin,
  bucket: 'reports',
  region: 'eu-central-1',
  pathStyle: true,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's3-secret-key-73' },
  ...more,
});
const send = (more: Partial<S3Options> = {}, files = [fileOf('a.csv', 'a')]) =>
  new S3Channel(options(more)).send(parcelOf(files), never);

/** A store that takes an object and tells of it by these headers afterwards. */
const telling = (head: Record<string, string>): void => {
  server.answer = ({ headers }, response) => {
    if (headers['content-length'] === undefined) response.writeHead(200, head).end();
    else response.writeHead(200, { ETag: '"e"' }).end();
  };
};
const refusing = (status: number, code: string): void => {
  server.answer = (_received, response) =>
    response
      .writeHead(status, { 'Content-Type': 'application/xml' })
      .end(`<Error><Code>${code}</Code><Message>no: AKIDEXAMPLE s3-secret-key-73</Message></Error>`);
};

it.each([
  [403, 'AccessDenied', 'delivery.permission_denied', false],
  [403, 'InvalidAccessKeyId', 'delivery.sign_in_refused', false],
  [404, 'NoSuchBucket', 'delivery.destination_missing', false],
  [400, 'EntityTooLarge', 'delivery.too_large', false],
  [400, 'BadDigest', 'delivery.corrupted', true],
  [400, 'AuthorizationHeaderMalformed', 'delivery.refused', false],
  [400, 'SomethingElse', 'delivery.refused', false],
  [503, 'SlowDown', 'delivery.busy', true],
  [507, 'XMinioStorageFull', 'delivery.storage_failed', true],
])('a store that answers %i %s', async (status, name, code, transient) => {
  refusing(status, name);
  await expect(send()).rejects.toMatchObject({
    code,
    transient,
    message: expect.not.stringMatching(/AKIDEXAMPLE|s3-secret-key-73/),
  });
});

it('believes a store that tells what was sent', async () => {
  telling({ 'Content-Length': '1', ETag: '"e"', 'x-amz-checksum-crc32': '6Le+Qw==' });
  expect(await send()).toMatchObject({ files: [{ name: 'a.csv', bytes: 1, reference: '"e"' }] });
});

it.each<[string, Record<string, string>]>([
  ['another size', { 'Content-Length': '2', ETag: '"e"' }],
  ['another sum', { 'Content-Length': '1', ETag: '"e"', 'x-amz-checksum-crc32': 'AAAAAA==' }],
  ['another entity tag', { 'Content-Length': '1', ETag: '"f"' }],
])('does not believe a store that tells %s', async (_what, head) => {
  telling(head);
  await expect(send()).rejects.toMatchObject({ code: 'delivery.corrupted', transient: true });
});

it('asks for encryption', async () => {
  telling({ 'Content-Length': '1', ETag: '"e"' });
  await send({ encryption: { type: 'aws:kms', keyId: 'key-1' } });
  expect(server.received[0]?.headers).toMatchObject({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
  });
});

it('is given up when it takes too long', async () => {
  server.answer = () => undefined;
  await expect(send({ limits: { wholeMs: 200 } })).rejects.toMatchObject({ code: 'delivery.timeout', transient: true });
  await expect(send({ limits: { wholeMs: 200 } }, [largeFile('b', 200)])).rejects.toMatchObject({
    code: 'delivery.timeout',
  });
});

it('refuses a key that is too long', async () => {
  const prefix = Array.from({ length: 6 }, () => 'x'.repeat(200)).join('/');
  await expect(send({ prefix })).rejects.toMatchObject({ code: 'delivery.name_invalid' });
  expect(server.connections()).toBe(0);
});

it.each<[string, Partial<S3Options>]>([
  ['no bucket', { bucket: '' }],
  ['a bucket that leads elsewhere', { bucket: 'a/../b' }],
  ['a prefix that leads out', { prefix: 'a/../..' }],
  ['a prefix with a slash at its end', { prefix: 'a/' }],
  ['an endpoint that is no URL', { endpoint: 'localhost' }],
  ['a pattern without the file', { pattern: 'x' }],
])('refuses %s', (_what, more) => {
  expect(thrownBy(() => new S3Channel(options(more)))).toMatchObject({ code: 'delivery.options_invalid' });
});

it('takes credentials of the machine only where it may', () => {
  const without = { bucket: 'reports', region: 'eu-central-1' };
  expect(thrownBy(() => new S3Channel(without))).toMatchObject({ code: 'delivery.options_invalid' });
  expect(thrownBy(() => new S3Channel({ ...without, defaultCredentials: true }))).toBeNull();
});
