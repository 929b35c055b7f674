import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SERVER = 'mariadbd';
const ACCOUNT = 'nobody';

/** The zones of the tests. The tools of the server make their tables of the machine's own. */
const ZONES = ['Europe/Berlin', 'Pacific/Auckland'];

export interface MariaDbAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface MariaDbServer {
  /** Of a user who may do everything, over TCP and without TLS. */
  readonly address: MariaDbAddress;
  /** The certificate of the server, which signed itself, in PEM form. */
  readonly ca: string;
  /** Of the process, for what must die. */
  readonly pid: number;
  /** Runs statements as that user, in no database, and gives what the client writes: tabs between values. */
  execute(statements: string): Promise<string>;
  close(): Promise<void>;
}

/** Whether a MariaDB server is in the PATH: Debian's package mariadb-server. */
export function hasMariaDb(): boolean {
  return spawnSync(SERVER, ['--version']).status === 0;
}

/**
 * A MariaDB of its own in a temporary folder, on a free port of the loopback interface. Unless it is to speak none, it speaks TLS with a certificate for
 * `localhost`, and not for `127.0.0.1`. As root it runs as nobody.
 */
export async function startMariaDb({ tls = true } = {}): Promise<MariaDbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'report-scheduler-mariadb-'));
  const account = userInfo().uid === 0 ? await accountOf(ACCOUNT) : null;
  const password = randomUUID();
  // A server that starts clears all temporary tables out of TMPDIR, those of its neighbours included.
  const env = { ...process.env, TMPDIR: folder };
  const owned = { ...(account && { uid: account.uid, gid: account.gid }), cwd: folder, env };
  const [data, socket, ca] = [join(folder, 'data'), join(folder, 'socket'), join(folder, 'tls.crt')];
  chmodSync(folder, 0o755);
  await makeCertificate(folder);
  const initial = join(folder, 'initial.sql');
  writeFileSync(initial, ['localhost', '127.0.0.1'].map((host) => userOf(host, password)).join('\n'));
  if (account) await run('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
  await run(
    'mariadb-install-db',
    ['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--auth-root-authentication-method=normal'],
    owned,
  );
  const port = await freePort();
  const server = spawn(
    SERVER,
    [
      ...['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, '--bind-address=127.0.0.1'],
      ...[
        `--init-file=${initial}`,
        ...(tls ? [`--ssl-cert=${ca}`, `--ssl-key=${join(folder, 'tls.key')}`] : []),
        `--pid-file=${join(folder, 'pid')}`,
      ],
      ...[
        '--innodb-buffer-pool-size=32M',
        '--innodb-flush-log-at-trx-commit=0',
        '--skip-log-bin',
        '--skip-name-resolve',
      ],
    ],
    { ...owned, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const execute = async (statements: string): Promise<string> => {
    const client = run(
      'mariadb',
      [
        '--no-defaults',
        `--socket=${socket}`,
        '--user=tester',
        '--batch',
        '--skip-column-names',
        '--default-character-set=utf8mb4',
      ],
      {
        env: { ...process.env, MYSQL_PWD: password },
      },
    );
    client.child.stdin?.end(statements);
    return (await client).stdout;
  };
  const close = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(server);
    for (const zone of ZONES) {
      const { stdout } = await run('mariadb-tzinfo-to-sql', [join('/usr/share/zoneinfo', zone), zone]);
      await execute(`USE mysql; ${stdout}`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    address: { host: '127.0.0.1', port, user: 'tester', password },
    ca: readFileSync(ca, 'utf8'),
    pid: server.pid ?? 0,
    execute,
    close,
  };
}

/** A user of a socket, or of TCP. The one for everywhere would come after the nameless one that the server makes itself. */
function userOf(host: string, password: string): string {
  const user = `tester@'${host}'`;
  return `CREATE USER ${user} IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO ${user} WITH GRANT OPTION;`;
}

/** The server says so on its standard error. */
async function ready(server: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/ready for connections/.test(said)) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`MariaDB did not start: ${said}`)));
  });
}

async function accountOf(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function makeCertificate(folder: string): Promise<void> {
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ...['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')],
  ]);
}
