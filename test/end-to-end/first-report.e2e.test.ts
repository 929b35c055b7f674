import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '#platform';
import { ApiClient } from '../../deploy/demo/api-client';
import { ownCluster } from '../chaos/own-cluster';
import { startServer, type ServerProcess } from '../chaos/server-process';
import { describeMainJob } from './main-job';

const MAIN = join(packageRoot(), 'dist', 'apps', 'standalone', 'src', 'main.js');
const run = promisify(execFile);

describe('a fresh server with the sample data', () => {
  let folder: string;
  let dataDir: string;
  let server: ServerProcess;
  let api: ApiClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-scheduler-e2e-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'data');
    server = await startServer({ DATA_DIR: dataDir });
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says where it is, how to sign in and what to try, and keeps the credentials to itself', () => {
    const { password } = JSON.parse(readFileSync(join(dataDir, 'credentials'), 'utf8')) as { password: string };
    expect(server.output()).toContain(server.url);
    expect(server.output()).toContain(`user admin, password ${password}`);
    expect(server.output()).toContain('Three things to try next');
    expect(statSync(join(dataDir, 'credentials')).mode & 0o777).toBe(0o600);
  });

  describeMainJob(() => ({ server, dataDir }));

  it('refuses a port and a data folder that are in use, in one line each', async () => {
    const { port } = new URL(server.url);
    const attempt = (env: Record<string, string>) =>
      run(process.execPath, [MAIN], { env: { PATH: process.env.PATH, ...env } }).then(
        () => 'it started',
        (error: unknown) => (error as { stderr: string }).stderr.trim(),
      );
    expect(await attempt({ PORT: port, DATA_DIR: join(folder, 'other') })).toMatch(
      new RegExp(`^Port ${port} is in use\\. Choose another one: PORT=\\d+ npm start$`),
    );
    expect(await attempt({ PORT: '0', DATA_DIR: dataDir })).toMatch(
      /^The data folder .* is in use by process \d+: .*$/,
    );
    expect(existsSync(join(folder, 'other', 'postgres'))).toBe(false);
  }, 60_000);

  it('stops cleanly on Ctrl-C, leaves no process behind, and is up again in under 10 s with its data', async () => {
    const postmaster = ownCluster(dataDir).pid;
    expect(await server.stop()).toBe(0);
    expect(isAlive(postmaster)).toBe(false);
    const began = performance.now();
    server = await startServer({ DATA_DIR: dataDir });
    expect(performance.now() - began).toBeLessThan(10_000);
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
    const { body } = await api.expectOk<{ items: { name: string }[] }>('GET', '/v1/templates?search=Long');
    expect(body.items.map(({ name }) => name)).toEqual(['Long delays of last week']);
  }, 60_000);

  it('takes the two signals of one Ctrl-C below npm for one', async () => {
    const postmaster = ownCluster(dataDir).pid;
    process.kill(server.pid, 'SIGINT');
    process.kill(server.pid, 'SIGINT');
    await new Promise((resolve) => setImmediate(resolve));
    process.kill(server.pid, 'SIGINT');
    expect(await server.exited).toBe(0);
    expect(isAlive(postmaster)).toBe(false);
    server = await startServer({ DATA_DIR: dataDir });
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
  }, 60_000);

  it('recovers by itself after kill -9', async () => {
    await server.kill();
    server = await startServer({ DATA_DIR: dataDir });
    api = await ApiClient.signInAsAdmin(server.url, dataDir);
    const { body } = await api.expectOk<{ items: unknown[] }>('GET', '/v1/schedules');
    expect(body.items.length).toBeGreaterThan(0);
  }, 60_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
