import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo, tmpdir } from 'node:os';
import { join } from 'node:path';
import { utils } from 'ssh2';
import { unusedPort } from './unused-port';

const SSHD = '/usr/sbin/sshd';

export const hasOpenSsh = (): boolean => existsSync(SSHD);

export interface OpenSshServer {
  readonly port: number;
  readonly user: string;
  /** Of the only key that it lets in. */
  readonly privateKey: string;
  /** As `ssh-keygen -l` shows it. */
  readonly hostKey: string;
  /** Makes an empty folder that the user may write into. */
  emptyFolder(): Promise<string>;
  close(): Promise<void>;
}

/** OpenSSH's own server on a free port of 127.0.0.1, never as root: as `nobody` where the tests run as root. */
export async function startOpenSshServer(): Promise<OpenSshServer> {
  const { uid, gid, username } = account();
  const base = await mkdtemp(join(tmpdir(), 'sshd-'));
  await chmod(base, 0o755);
  const host = utils.generateKeyPairSync('ed25519');
  const client = utils.generateKeyPairSync('ed25519');
  const port = await unusedPort();
  const paths = { host: join(base, 'host'), keys: join(base, 'keys'), config: join(base, 'config') };
  await writeFile(paths.host, host.private, { mode: 0o600 });
  await chown(paths.host, uid, gid);
  await writeFile(paths.keys, client.public, { mode: 0o644 });
  await writeFile(paths.config, configOf(port, paths, base));
  const server = spawn(SSHD, ['-D', '-e', '-f', paths.config], { uid, gid, stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(server, port);
  return {
    port,
    user: username,
    privateKey: client.private,
    hostKey: fingerprint(host.public, base),
    async emptyFolder() {
      const folder = await mkdtemp(join(base, 'files-'));
      await chown(folder, uid, gid);
      return folder;
    },
    async close() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      await rm(base, { recursive: true, force: true });
    },
  };
}

const configOf = (port: number, { host, keys }: { host: string; keys: string }, base: string): string =>
  [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${host}`,
    `AuthorizedKeysFile ${keys}`,
    `PidFile ${join(base, 'pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    // Without it OpenSSH lets in nobody whose password is locked.
    'UsePAM yes',
    'StrictModes no',
    'ForceCommand internal-sftp',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');

function account(): { uid: number; gid: number; username: string } {
  const { uid, gid, username } = userInfo();
  if (uid !== 0) return { uid, gid, username };
  const numberOf = (flag: string): number => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: numberOf('-u'), gid: numberOf('-g'), username: 'nobody' };
}

/** OpenSSH's word for its key, not ours. */
function fingerprint(publicKey: string, folder: string): string {
  const { stdout } = spawnSync('ssh-keygen', ['-l', '-f', '-'], { input: publicKey, encoding: 'utf8', cwd: folder });
  return stdout.split(' ')[1] ?? '';
}

async function listening(server: ChildProcess, port: number): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(`Server listening on 127.0.0.1 port ${port}`)) resolve();
    });
    server.once('exit', () => reject(new Error(`sshd did not start: ${said}`)));
  });
  const probe = connect(port, '127.0.0.1');
  await once(probe, 'connect');
  probe.destroy();
}
