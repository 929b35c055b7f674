import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '#platform';

const READY_WITHIN_MS = 180_000;

export interface DemoServer {
  readonly url: string;
  /** Stops the server if the demo started it. */
  readonly stop: () => Promise<void>;
}

/** The server that runs at the port, or one started for the demo, whose own lines are passed on. */
export async function findOrStartServer(port: number, say: (line: string) => void): Promise<DemoServer> {
  const url = `http://127.0.0.1:${port}`;
  if (await isReady(url)) {
    say(`Using the server at ${url}.`);
    return { url, stop: () => Promise.resolve() };
  }
  say('No server is running: starting one (the first start loads three million flights).');
  const main = join(packageRoot(), 'dist', 'apps', 'standalone', 'src', 'main.js');
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: String(port), LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error('The server could not be started; its own line above says why.');
    if (Date.now() > giveUpAt) {
      child.kill('SIGINT');
      throw new Error(`The server was not ready within ${READY_WITHIN_MS / 1000} s.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGINT');
      await exited;
    },
  };
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}
