import { rm } from 'node:fs/promises';
import { utils } from 'ssh2';
import { channelConformance, fileOf, parcelOf, type ChannelUnderTest } from '../testing';
import { hasOpenSsh, startOpenSshServer, type OpenSshServer } from '../testing/openssh-server';
import { storedFiles } from '../testing/stored-files';
import { unusedPort } from '../testing/unused-port';
import { SftpChannel } from './sftp-channel';
import type { SftpOptions } from './sftp-options';

let server: OpenSshServer;
const optionsOf = (folder: string, { port, user, privateKey, hostKey } = server): SftpOptions => ({
  host: '127.0.0.1',
  port,
  user,
  privateKey,
  hostKeys: [hostKey],
  folder,
});

async function make(): Promise<ChannelUnderTest> {
  const folder = await server.emptyFolder();
  const options = optionsOf(folder);
  const other = utils.generateKeyPairSync('ed25519').private;
  const isWhole = ({ name }: { name: string }): boolean => !/(^|\/)\.[^/]*\.part$/.test(name);
  return {
    channel: new SftpChannel(options),
    away: new SftpChannel({ ...options, port: await unusedPort() }),
    refused: new SftpChannel({ ...options, privateKey: other, password: 'sftp-password-61' }),
    secrets: ['sftp-password-61', other.split('\n')[2] ?? '', server.privateKey.split('\n')[2] ?? ''],
    arrived: async () => (await storedFiles(folder)).filter(isWhole),
    texts: () => Promise.resolve([]),
    identities: async () => (await storedFiles(folder)).map(({ name }) => name),
    leftovers: async () => (await storedFiles(folder)).filter((file) => !isWhole(file)).map(({ name }) => name),
    dispose: () => rm(folder, { recursive: true }),
  };
}

if (hasOpenSsh()) {
  beforeAll(async () => {
    server = await startOpenSshServer();
  });
  afterAll(() => server.close());

  channelConformance('SFTP to OpenSSH', { carries: 'files' }, make);

  describe('OpenSSH', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await server.emptyFolder();
    });
    const never = new AbortController().signal;
    const send = (more: Partial<SftpOptions> = {}, files = [fileOf('a.csv', 'first')]) =>
      new SftpChannel({ ...optionsOf(folder), ...more }).send(parcelOf(files), never);

    it('gets the folders of a pattern, and an old file is replaced', async () => {
      const pattern = '{reportDate}/{template}/{file}';
      await send({ pattern });
      const receipt = await send({ pattern }, [fileOf('a.csv', 'second one')]);
      expect(await storedFiles(folder)).toEqual([
        expect.objectContaining({ name: '2026-11-26/Verspätete Flüge/a.csv', bytes: 10 }),
      ]);
      expect(receipt).toMatchObject({
        destination: `sftp://127.0.0.1:${server.port}${folder}`,
        files: [{ name: '2026-11-26/Verspätete Flüge/a.csv', bytes: 10 }],
      });
    });

    it.each([
      ['there is no such folder', '/nonexistent-folder', 'delivery.destination_missing'],
      ['the folder is not to be written into', '/', 'delivery.permission_denied'],
    ])('says that %s', async (_what, elsewhere, code) => {
      await expect(send({ folder: elsewhere })).rejects.toMatchObject({ code, transient: false });
    });

    it('shows another key than the pinned one', async () => {
      const old = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
      await expect(send({ hostKeys: [old] })).rejects.toMatchObject({
        code: 'delivery.host_key_changed',
        message: expect.stringContaining(server.hostKey),
        transient: false,
      });
      await expect(send({ hostKeys: [old, server.hostKey] })).resolves.toMatchObject({ bytes: 5 });
    });
  });
} else {
  process.stderr.write('SFTP DID NOT MEET OPENSSH: /usr/sbin/sshd is not installed.\n');
  it.skip('delivery channel conformance: SFTP to OpenSSH', () => undefined);
}
