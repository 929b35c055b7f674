import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import { freePort } from '../../apps/standalone/src/port';

/** The compiled code, whether this file itself is compiled or run by Jest. */
const COMPILED = join(packageRoot(), 'dist');
/** Every app in one process. */
const STANDALONE = join(COMPILED, 'apps', 'standalone', 'src', 'main.js');
/** Every app in processes of its own, on Kafka. */
export const DISTRIBUTED = join(COMPILED, 'deploy', 'distributed', 'main.js');
const READY_WITHIN_MS = 120_000;

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** All that it wrote so far. */
  readonly output: () => string;
  readonly exited: Promise<number | null>;
  /** SIGKILL to the server alone: its PostgreSQL stays behind, as after a crash. */
  readonly kill: () => Promise<number | null>;
  /** Ctrl-C; resolves with the exit code. */
  readonly stop: () => Promise<number | null>;
}

/** Starts a server from the compiled code, by default the standalone one, and waits until it is ready and has said so. */
export async function startServer(
  env: Readonly<Record<string, string>>,
  main: string = STANDALONE,
): Promise<ServerProcess> {
  const port = env.PORT ?? String(await freePort('127.0.0.1'));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', LOG_FORMAT: 'json', ...env, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, child, () => output);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGINT'),
  };
}

async function waitUntilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (Date.now() < giveUpAt) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output()}`);
    const ready = await fetch(`${url}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready && output().includes('is up after')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`the server was not ready within ${READY_WITHIN_MS} ms:\n${output()}`);
}
