import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import type { EmbeddedPostgres } from './embedded-postgres';
import { eraseEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres';
import { processIdentity, signalProcess } from './processes';

const built = resolve(__dirname, '../../dist/deploy/postgres/index.js');
const lines: string[] = [];
let dataDir: string;
let server: EmbeddedPostgres | undefined;

const start = async (more: { port?: number; signal?: AbortSignal } = {}) =>
  (server = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: 'off', shared_buffers: '32MB' },
    log: (line) => lines.push(line),
    ...more,
  }));

async function query(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: unknown }>(sql);
    return rows[0]?.value;
  } finally {
    await client.end();
  }
}

/** A process of its own that starts a server and is then killed, so that only PostgreSQL lives on. */
async function leaveOrphan(): Promise<{ pid: number; port: number }> {
  const program = `
    require(${JSON.stringify(built)})
      .startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' }, log() {} })
      .then(({ pid, port }) => process.stdout.write(JSON.stringify({ pid, port }) + '\\n'));`;
  const owner = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  return JSON.parse(line.toString()) as { pid: number; port: number };
}

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'embedded-postgres-'));
  chmodSync(dataDir, 0o755);
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  lines.length = 0;
});

afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('starts in an empty folder, in UTF-8, with a password, on the loopback address alone', async () => {
    const { url, port } = await start();

    expect(await query(url('postgres'), "SELECT upper('straße ä') AS value")).toBe('STRAßE Ä');
    expect(await query(url('postgres'), "SELECT current_setting('server_encoding') AS value")).toBe('UTF8');
    expect(await query(url('postgres'), "SELECT current_setting('listen_addresses') AS value")).toBe('127.0.0.1');
    await expect(
      query(`postgres://postgres:wrong@127.0.0.1:${port}/postgres`, 'SELECT 1 AS value'),
    ).rejects.toMatchObject({
      code: '28P01',
    });
    expect(statSync(join(dataDir, 'postgres/superuser-password')).mode & 0o777).toBe(0o600);
  });

  it('keeps its data over a stop and a start, and stops for good', async () => {
    const first = await start();
    await query(first.url('postgres'), 'CREATE TABLE kept AS SELECT 42 AS value');
    await first.stop();
    await first.stop();
    expect(processIdentity(first.pid)).toBeUndefined();
    expect(existsSync(join(dataDir, 'postgres/owner.json'))).toBe(false);

    const second = await start();
    expect(await query(second.url('postgres'), 'SELECT value FROM kept')).toBe(42);
    expect(lines).toEqual([]);
  });

  it('tells when the server dies, and recovers from it', async () => {
    const first = await start();
    await query(first.url('postgres'), 'CREATE TABLE survived AS SELECT 43 AS value');
    signalProcess(first.pid, 'SIGKILL');
    await first.exited;

    const second = await start();
    expect(await query(second.url('postgres'), 'SELECT value FROM survived')).toBe(43);
  });

  it('takes the folder over from a server whose owner was killed', async () => {
    const orphan = await leaveOrphan();
    expect(processIdentity(orphan.pid)).toBeDefined();

    const { url } = await start();

    expect(processIdentity(orphan.pid)).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining(`process ${orphan.pid}`)]);
    expect(await query(url('postgres'), 'SELECT 1 AS value')).toBe(1);
  });

  it('starts although the process id in an old lock file now belongs to another program', async () => {
    writeFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), `${process.pid}\n`);
    writeFileSync(
      join(dataDir, 'postgres/owner.json'),
      JSON.stringify({ pid: process.pid, identity: 'an earlier one' }),
    );

    const { url } = await start();

    expect(await query(url('postgres'), 'SELECT 1 AS value')).toBe(1);
  });

  it('leaves a server alone whose owner lives', async () => {
    const first = await start();
    await expect(startEmbeddedPostgres({ dataDir, log: () => undefined })).rejects.toMatchObject({
      code: 'postgres.folder_in_use',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await expect(eraseEmbeddedPostgres(dataDir, () => undefined)).rejects.toMatchObject({
      code: 'postgres.folder_in_use',
    });
    expect(await query(first.url('postgres'), 'SELECT 1 AS value')).toBe(1);
  });

  it('names a port that is in use, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      await expect(start({ port })).rejects.toMatchObject({
        code: 'postgres.port_in_use',
        message: `Port ${port} on 127.0.0.1 is in use: choose another one for PostgreSQL.`,
      });
    } finally {
      other.close();
    }
    expect(existsSync(join(dataDir, 'postgres/cluster/postmaster.pid'))).toBe(false);
    expect(existsSync(join(dataDir, 'postgres/owner.json'))).toBe(false);
  });

  it('breaks off on request and leaves nothing running', async () => {
    await expect(start({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'postgres.aborted' });
    expect(existsSync(join(dataDir, 'postgres/cluster/postmaster.pid'))).toBe(false);
    await start();
  });

  it('begins anew where a first start was killed half way', async () => {
    await eraseEmbeddedPostgres(dataDir, () => undefined);
    mkdirSync(join(dataDir, 'postgres/cluster.partial'));
    writeFileSync(join(dataDir, 'postgres/cluster.partial/PG_VERSION'), '18\n');

    const { url } = await start();

    expect(await query(url('postgres'), "SELECT to_regclass('kept') AS value")).toBeNull();
    expect(readdirSync(join(dataDir, 'postgres')).filter((name) => name.startsWith('cluster'))).toEqual(['cluster']);
  });

  // Only Linux tells which program a process runs.
  (process.platform === 'linux' ? it : it.skip)('stops what an earlier run left running in its folder', async () => {
    const { pid } = await start();
    await server?.stop();
    const programs = join(
      dataDir,
      'postgres',
      readdirSync(join(dataDir, 'postgres')).find((n) => n.startsWith('binaries-'))!,
    );
    copyFileSync(process.execPath, join(programs, 'bin/left-over'));
    const leftOver = spawn(join(programs, 'bin/left-over'), ['-e', 'setInterval(() => {}, 1000)']);
    const ended = once(leftOver, 'exit');

    expect((await start()).pid).not.toBe(pid);

    expect(await ended).toEqual([null, 'SIGQUIT']);
    rmSync(join(programs, 'bin/left-over'));
  });

  it('breaks off in the middle of a start', async () => {
    await eraseEmbeddedPostgres(dataDir, () => undefined);
    const stopping = new AbortController();
    const starting = startEmbeddedPostgres({
      dataDir,
      settings: { fsync: 'off' },
      signal: stopping.signal,
      log: (line) => line.startsWith('Creating') && setImmediate(() => stopping.abort()),
    });
    await expect(starting).rejects.toMatchObject({ code: 'postgres.aborted' });
    expect(
      readdirSync(join(dataDir, 'postgres'))
        .filter((name) => !name.startsWith('binaries-'))
        .sort(),
    ).toEqual(['postgres.log', 'postgres.log.1', 'superuser-password']);
    await start();
  });

  it('refuses data of another major version and says which', async () => {
    const version = join(dataDir, 'postgres/cluster/PG_VERSION');
    const original = readFileSync(version);
    writeFileSync(version, '17\n');
    try {
      await expect(start()).rejects.toMatchObject({
        code: 'postgres.other_version',
        message: expect.stringMatching(/made by PostgreSQL 17 and this release brings 18/),
      });
    } finally {
      writeFileSync(version, original);
    }
  });

  it('says what to do where a file stands in the way of the folder', async () => {
    const file = join(dataDir, 'a-file');
    writeFileSync(file, '');
    await expect(startEmbeddedPostgres({ dataDir: file, log: () => undefined })).rejects.toMatchObject({
      code: 'postgres.folder_not_writable',
      message: expect.stringContaining('set DATA_DIR'),
    });
  });
});
