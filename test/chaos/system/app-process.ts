import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultyLink } from '../injection/faulty-link';
import type { Injection } from '../injection/messages';
import type { ProcessName } from '../plan/processes';

/** A process that ended before it was ready, as without its database, is started again after so many milliseconds. */
const START_AGAIN_MS = 300;

export interface AppProcessOptions {
  readonly name: ProcessName;
  /** Node's arguments: options and the file to run. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its way to PostgreSQL. */
  readonly link: FaultyLink;
  /** Once it is aborted nothing is started any more. */
  readonly signal: AbortSignal;
  /** Gets all that it writes, over all its lives. */
  readonly logFile: string;
}

/** A process of an app that is always started again, and that can be harmed from outside. */
export class AppProcess {
  readonly name: ProcessName;
  readonly link: FaultyLink;
  /** What it did of itself that it never may, a sentence each. */
  readonly faults: string[] = [];
  readonly #options: AppProcessOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #ready = false;
  /** False while it is not to run: killed and not yet started again, or stopped for good. */
  #wanted = false;
  #starting: Promise<void> | undefined;

  constructor(options: AppProcessOptions) {
    this.name = options.name;
    this.link = options.link;
    this.#options = options;
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
  }

  /** Undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it, again if need be, until it is ready or somebody kills it. */
  async start(): Promise<void> {
    this.#wanted = true;
    // Whoever asks while it is being started, or runs, waits for the same.
    this.#starting ??= this.#startUntilReady().finally(() => (this.#starting = undefined));
    await this.#starting;
  }

  /** SIGKILL; it stays away until it is started. Gives the process id that it had; undefined when there was none. */
  async kill(): Promise<number | undefined> {
    this.#wanted = false;
    const child = this.#child;
    if (!child) return undefined;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    return child.pid;
  }

  /** SIGSTOP. False when there is nothing to stop. */
  pause(): boolean {
    return this.#child?.kill('SIGSTOP') ?? false;
  }

  /** SIGCONT. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Tells the module that was loaded beforehand. False when the process is not ready. */
  inject(injection: Injection): boolean {
    return this.#ready && (this.#child?.send(injection) ?? false);
  }

  /** SIGTERM; gives the exit code, null after a signal. */
  async stop(): Promise<number | null> {
    this.#wanted = false;
    const child = this.#child;
    if (!child) return 0;
    const exited = once(child, 'exit') as Promise<[number | null]>;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const [code] = await exited;
    this.#log.end();
    return code;
  }

  async #startUntilReady(): Promise<void> {
    while (this.#isToStart()) {
      const child = this.#spawn();
      const exited = once(child, 'exit');
      const ready = new Promise<void>((resolve) => child.once('message', () => resolve()));
      await Promise.race([ready, exited]);
      this.#ready = this.#child === child;
      if (this.#isToStart()) await delay(START_AGAIN_MS);
    }
  }

  #isToStart(): boolean {
    return this.#wanted && !this.#ready && !this.#options.signal.aborted;
  }

  #spawn(): ChildProcess {
    const { args, env } = this.#options;
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    child.stdout?.pipe(this.#log, { end: false });
    child.stderr?.pipe(this.#log, { end: false });
    // What is sent in the moment of its end is lost with it.
    child.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      const wasReady = this.#ready;
      this.#ready = false;
      if (!wasReady || !this.#wanted) return;
      this.faults.push(`${this.name} ended by itself (${signal ?? `exit code ${code}`})`);
      void this.start();
    });
    return child;
  }
}
