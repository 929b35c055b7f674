import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { aborted, LocalKafkaError } from './errors';

/** The oldest Java that Kafka 4's brokers run on. */
const OLDEST_JAVA = 17;

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Ends the program; the promise then rejects with `kafka.aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end and gives what it wrote; a failure's message is what it wrote, or the system's error. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, signal, onLine = () => undefined } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(aborted());
      return;
    }
    // A process group of its own, so that Ctrl-C is for the caller to decide on.
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let rest = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    // The whole group: Maven is a shell script with a Java below it.
    const abort = () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM');
    signal?.addEventListener('abort', abort, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) reject(aborted());
      else if (code === 0) resolve(output);
      else reject(new Error(output));
    });
  });
}

/**
 * Finds a Java that runs Kafka: that of `JAVA_HOME`, else the one on the path.
 *
 * @throws LocalKafkaError `kafka.java-missing` or `kafka.java-too-old`
 */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = env.JAVA_HOME ?? '';
  const program = home === '' ? 'java' : join(home, 'bin', 'java');
  const needed = `a local Kafka needs Java ${OLDEST_JAVA} or newer: install one, or set KAFKA_BROKERS to brokers of your own.`;
  let banner: string;
  try {
    banner = await run(program, ['-version'], { env });
  } catch (cause) {
    throw new LocalKafkaError('kafka.java-missing', `There is no Java here (${program}), and ${needed}`, { cause });
  }
  const version = javaVersion(banner);
  if (version >= OLDEST_JAVA) return program;
  throw new LocalKafkaError('kafka.java-too-old', `${program} is Java ${version}, and ${needed}`);
}

/** The major version in what `java -version` writes: `"17.0.15"` is 17, and `"1.8.0_402"` is 8. NaN when it has none. */
export function javaVersion(banner: string): number {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(banner) ?? [];
  return Number(first === '1' ? second : first);
}
