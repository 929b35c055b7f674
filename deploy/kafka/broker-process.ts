import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity, signalProcess } from '../postgres/processes';
import { aborted, explainStart } from './errors';

/** A running broker. */
export interface BrokerProcess {
  readonly pid: number;
  /** Settles when it has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Ends it by SIGKILL: what a power cut does to a broker. */
  kill(): Promise<void>;
  /** Ends it in order, and by SIGKILL after ten seconds. */
  stop(): Promise<void>;
}

export interface BrokerProcessOptions {
  readonly java: string;
  /** Folder of Kafka's jar files. */
  readonly jars: string;
  /** The node's own folder, with `server.properties` and `log4j2.properties` in it. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds that a broker gets to hand over its partitions and write what it holds. */
const patience = 10_000;

/** Small heaps and the quick compiler: these brokers start often and carry little. */
export const javaOptions = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/**
 * Starts a broker and waits until it serves clients, which it says itself in a line of its log.
 *
 * @throws LocalKafkaError when it gave up or the start was broken off; it has ended then
 */
export async function startBroker({ java, jars, folder, signal }: BrokerProcessOptions): Promise<BrokerProcess> {
  if (signal?.aborted) throw aborted();
  const child = spawn(
    java,
    [
      ...javaOptions,
      `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
      ...['-cp', join(jars, '*'), 'kafka.Kafka', join(folder, 'server.properties')],
    ],
    // A process group of its own: Ctrl-C in a terminal must reach the caller first and Kafka last.
    { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  // Written anew at each start, so that it never grows for ever.
  const log = createWriteStream(join(folder, 'broker.log'), { mode: 0o600 });
  let output = '';
  const ready = new Promise<'ready'>((resolve) => {
    const read = (chunk: Buffer) => {
      log.write(chunk);
      // Only a start's reasons are of interest.
      if (output.length < 1_000_000) output += chunk.toString();
      if (output.includes('Kafka Server started')) resolve('ready');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  void exited.then(() => log.end());
  const pid = child.pid;
  if (pid === undefined) {
    await exited;
    throw explainStart(`${java} cannot be run.`, folder);
  }
  notePid(folder, pid);
  const dismiss = guard(pid);
  void exited.then(() => {
    dismiss();
    rmSync(pidFile(folder), { force: true });
  });
  const end = async (kind: NodeJS.Signals, limit?: number): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return exited;
    signalProcess(pid, kind);
    if (limit === undefined) return exited;
    const waiting = new AbortController();
    await Promise.race([exited, delay(limit, undefined, { signal: waiting.signal }).catch(() => undefined)]);
    waiting.abort();
  };
  const kill = () => end('SIGKILL');
  const abort = () => void kill();
  signal?.addEventListener('abort', abort, { once: true });
  const outcome = await Promise.race([ready, exited]);
  signal?.removeEventListener('abort', abort);
  if (signal?.aborted) {
    await kill();
    throw aborted();
  }
  if (outcome !== 'ready') throw explainStart(output, folder);
  const stop = async () => {
    await end('SIGTERM', patience);
    await kill();
  };
  return { pid, exited, kill, stop };
}

/**
 * Kills a broker whose starter is gone: a shell waits for the end of its input, which comes when the starter dies, even by
 * SIGKILL. Gives a function that sends the shell home.
 */
function guard(pid: number): () => void {
  const shell = spawn('/bin/sh', ['-c', 'read _; kill -KILL "$0"', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell there is no guard; the next start on the folder stops what was left behind.
  shell.once('error', () => undefined);
  shell.stdin.once('error', () => undefined);
  shell.unref();
  return () => shell.kill('SIGKILL');
}

const pidFile = (folder: string) => join(folder, 'broker.pid');

function notePid(folder: string, pid: number): void {
  writeFileSync(pidFile(folder), JSON.stringify({ pid, identity: processIdentity(pid) }));
}

/** Kills a broker that an earlier run left behind on a node's folder. Only for the one who holds the lock. */
export async function stopOrphan(folder: string, log: (line: string) => void): Promise<void> {
  const path = pidFile(folder);
  if (!existsSync(path)) return;
  const { pid, identity } = readPid(path);
  const alive = () => identity !== undefined && processIdentity(pid) === identity;
  if (alive()) {
    log(`Stopping the Kafka that an earlier run left behind (process ${pid})…`);
    signalProcess(pid, 'SIGKILL');
    for (let waited = 0; alive() && waited < patience; waited += 20) await delay(20);
  }
  await rm(path, { force: true });
}

function readPid(path: string): { pid: number; identity?: string } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { pid: number; identity?: string };
  } catch {
    return { pid: 0 }; // a power cut may leave an empty file
  }
}
