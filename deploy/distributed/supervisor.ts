import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { labelLines, type WriteLine } from './labelled-output';

/** Milliseconds before a process that ended by itself is started again; doubled each time, up to the longest. */
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;
/** A process that was ready for so many milliseconds had a good start: the next restart comes soon again. */
const SETTLED_MS = 30_000;
/** An app breaks its own stop off after 30 s; what is still there after so many milliseconds cannot even do that. */
const KILL_AFTER_MS = 35_000;

export interface ProcessSpec {
  /** Unique, such as `exporter.2`. */
  readonly name: string;
  /** Node's arguments: options and the file to run. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs processes side by side, tells their lines apart and starts again what ends by itself. Each child tells `ready` over
 * its IPC channel once it is up, and ends when the channel closes, so that none outlives this process.
 */
export class Supervisor {
  readonly #write: WriteLine;
  readonly #width: number;
  readonly #running = new Map<string, Supervised>();

  constructor(names: readonly string[], write: WriteLine) {
    this.#write = write;
    this.#width = Math.max(...names.map((name) => name.length));
  }

  /** Resolves when the process is ready; rejects when it ended before it ever was. */
  start(spec: ProcessSpec): Promise<void> {
    const supervised = new Supervised(spec, this.#width, this.#write);
    this.#running.set(spec.name, supervised);
    return supervised.firstReady;
  }

  /** The process's id now; undefined while it is being started again. */
  pidOf(name: string): number | undefined {
    return this.#running.get(name)?.pid;
  }

  /** Asks all to stop (SIGTERM) and waits until they have. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((supervised) => supervised.stop()));
  }
}

class Supervised {
  readonly firstReady: Promise<void>;
  readonly #spec: ProcessSpec;
  readonly #width: number;
  readonly #write: WriteLine;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #restartMs = FIRST_RESTART_MS;
  #stopping = false;

  constructor(spec: ProcessSpec, width: number, write: WriteLine) {
    this.#spec = spec;
    this.#width = width;
    this.#write = write;
    this.firstReady = new Promise((resolve, reject) => {
      this.#spawn(resolve, reject);
    });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child) return;
    // Its last lines are waited for too.
    const exited = once(child, 'close');
    child.kill('SIGTERM');
    const hung = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await exited;
    clearTimeout(hung);
  }

  #spawn(ready: () => void, failed: (error: Error) => void): void {
    const { name, args, env } = this.#spec;
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    let readySince: number | undefined;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) labelLines(stream, name, this.#width, this.#write);
    }
    child.on('message', (message) => {
      if (message !== 'ready') return;
      readySince = performance.now();
      ready();
    });
    child.on('exit', (code, signal) => {
      this.#child = undefined;
      if (this.#stopping) return;
      failed(
        new Error(`${name} ended (${signal ?? `exit code ${code}`}) before it was ready; its lines above say why`),
      );
      if (readySince !== undefined && performance.now() - readySince > SETTLED_MS) this.#restartMs = FIRST_RESTART_MS;
      this.#startAgain(signal ?? `exit code ${code}`);
    });
  }

  #startAgain(how: string): void {
    const inSeconds = this.#restartMs / 1000;
    this.#write(`${this.#spec.name.padEnd(this.#width)} | ended (${how}); it starts again in ${inSeconds} s`);
    const ignore = (): void => undefined;
    this.#restart = setTimeout(() => this.#spawn(ignore, ignore), this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
  }
}
