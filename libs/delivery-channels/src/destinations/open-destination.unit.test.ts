import type { DestinationOptions } from '#domain';
import { thrownBy } from '../testing/thrown';
import { sealedText, type DestinationSecret } from './destination-secret';
import { openDestination } from './open-destination';

const none = { s3: null, sftp: null, webhook: null };
const terms = { pattern: null, privateHosts: ['hooks.internal'] };
const s3: DestinationOptions = {
  ...{ ...none, kind: 's3' },
  s3: {
    ...{ bucket: 'reports', region: 'eu-central-1', endpoint: null, pathStyle: false, prefix: 'daily' },
    ...{ accessKeyId: 'AKID', encryption: 'aws:kms', checksums: true },
  },
};
const sftp: DestinationOptions = {
  ...{ ...none, kind: 'sftp' },
  sftp: { host: 'h', port: 22, user: 'u', hostKeys: [`SHA256:${'A'.repeat(43)}`], folder: 'in' },
};
const webhook = (url: string): DestinationOptions => ({
  ...{ ...none, kind: 'webhook' },
  webhook: { url, content: 'json', expects: 'ok', ca: null },
});
const signed: DestinationSecret = { kind: 'webhook', signingSecret: 's'.repeat(16), headers: { 'X-Key': 'k' } };
const open = (options: DestinationOptions, secret: DestinationSecret, pattern: string | null = null) =>
  thrownBy(() => openDestination(options, sealedText(secret), { ...terms, pattern }));

it('opens each kind', () => {
  expect(open(s3, { kind: 's3', secretAccessKey: 'x' }, 'a/{file}')).toBeNull();
  expect(open(sftp, { kind: 'sftp', password: 'p', privateKey: null, passphrase: null })).toBeNull();
  expect(open(webhook('https://hooks.example.org/'), signed)).toBeNull();
  expect(open({ ...none, kind: 'slack' }, { kind: 'slack', url: 'https://hooks.slack.com/x' })).toBeNull();
});

it('speaks in clear to hosts of the house only', () => {
  expect(open(webhook('http://hooks.internal/'), signed)).toBeNull();
  expect(open(webhook('http://hooks.example.org/'), signed)).toMatchObject({ code: 'delivery.options_invalid' });
});

const withPassword: DestinationOptions = {
  ...s3,
  s3: { ...s3.s3, endpoint: 'https://user:password@store.example.org' },
};

it.each([
  ['whose address would show a password', withPassword, { kind: 's3', secretAccessKey: 'x' }],
  ['without a way to sign in', sftp, { kind: 'sftp', password: null, privateKey: null, passphrase: null }],
  ['whose secret is of another kind', s3, signed],
] as const)('does not open one %s', (_what, options, secret) => {
  expect(open(options, secret)).toMatchObject({ code: 'delivery.options_invalid' });
});

it('does not open one with names that lead out', () => {
  expect(open(s3, { kind: 's3', secretAccessKey: 'x' }, '../{file}')).toMatchObject({
    code: 'delivery.options_invalid',
  });
});
