import { fileOf, parcelOf } from '../testing';
import { startSshStandIn, type SshFaults, type SshStandIn } from '../testing/ssh-stand-in';
import { thrownBy } from '../testing/thrown';
import { SftpChannel } from './sftp-channel';
import type { SftpOptions } from './sftp-options';

const never = new AbortController().signal;
let server: SshStandIn | undefined;
afterEach(() => server?.close());

async function channel(faults: SshFaults = {}, more: Partial<SftpOptions> = {}): Promise<SftpChannel> {
  server = await startSshStandIn(faults);
  const { port, hostKey, password } = server;
  return new SftpChannel({ host: '127.0.0.1', port, user: 'u', password, hostKeys: [hostKey], ...more });
}
const stored = (): Record<string, string> =>
  Object.fromEntries([...(server?.files ?? [])].map(([name, content]) => [name, content.toString()]));

it('replaces a file also where the server can only rename to a new name', async () => {
  const sftp = await channel();
  await sftp.send(parcelOf([fileOf('a.csv', 'first')]), never);
  await sftp.send(parcelOf([fileOf('a.csv', 'second')]), never);
  expect(stored()).toEqual({ 'a.csv': 'second' });
});

it('answers when the password is asked for', async () => {
  await (await channel({ asks: true })).send(parcelOf([fileOf('a.csv', 'a')]), never);
  expect(stored()).toEqual({ 'a.csv': 'a' });
});

it('says that the password is wrong', async () => {
  const sftp = await channel({}, { password: 'wrong' });
  await expect(sftp.send(parcelOf([]), never)).rejects.toMatchObject({
    code: 'delivery.sign_in_refused',
    transient: false,
  });
});

it('sends neither password nor file to a host whose key changed', async () => {
  const sftp = await channel({}, { hostKeys: [`SHA256:${'A'.repeat(43)}`] });
  await expect(sftp.send(parcelOf([fileOf('a.csv', 'a')]), never)).rejects.toMatchObject({
    code: 'delivery.host_key_changed',
    transient: false,
  });
  expect(stored()).toEqual({});
});

it.each<[string, SshFaults, string]>([
  ['drops the connection', { dropsAtWrite: true }, 'delivery.unreachable'],
  ['loses bytes', { losesBytes: true }, 'delivery.corrupted'],
  ['is full', { isFull: true }, 'delivery.storage_failed'],
  ['drops the connection at the names', { dropsAtRename: true }, 'delivery.unconfirmed'],
])('shows no file of a server that %s', async (_what, faults, code) => {
  const sftp = await channel(faults);
  const files = [fileOf('a.csv', 'a'), fileOf('b.csv', 'b')];
  await expect(sftp.send(parcelOf(files), never)).rejects.toMatchObject({ code, transient: true });
  expect(Object.keys(stored()).filter((name) => !name.startsWith('.'))).toEqual([]);
});

it('says that a private key cannot be read', async () => {
  const sftp = await channel({}, { privateKey: 'no key' });
  await expect(sftp.send(parcelOf([]), never)).rejects.toMatchObject({ code: 'delivery.options_invalid' });
});

it.each<[string, Partial<SftpOptions>]>([
  ['no host key', { hostKeys: [] }],
  ['a host key that is none', { hostKeys: ['any'] }],
  ['a folder with a line break', { folder: 'a\nb' }],
  ['a pattern that leads out', { pattern: '../{file}' }],
])('refuses %s', (_what, more) => {
  const options = { host: 'h', user: 'u', password: 'p', hostKeys: [`SHA256:${'A'.repeat(43)}`] };
  expect(thrownBy(() => new SftpChannel({ ...options, ...more }))).toMatchObject({ code: 'delivery.options_invalid' });
});
