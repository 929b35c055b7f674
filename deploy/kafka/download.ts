import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCode } from '../postgres/errors';
import { lastComplaint, LocalKafkaError } from './errors';
import { kafkaVersion, pom } from './pom';
import { findJava, run } from './programs';

export interface DownloadOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

/** Where the jar files lie once they are downloaded: `$XDG_CACHE_HOME` or `~/.cache`, one folder for each content of the pom. */
export function jarFolder(env: NodeJS.ProcessEnv = process.env): string {
  const cache = (env.XDG_CACHE_HOME ?? '') === '' ? join(homedir(), '.cache') : String(env.XDG_CACHE_HOME);
  const content = createHash('sha256').update(pom).digest('hex').slice(0, 8);
  return join(cache, 'report-scheduler', 'kafka', `${kafkaVersion}-${content}`);
}

/**
 * The folder of Kafka's jar files, downloaded from Maven Central by `mvn` when they are not there yet. It appears whole or not
 * at all, and several processes may do this at once: the first one to be ready wins.
 *
 * @throws LocalKafkaError `kafka.maven-missing` or `kafka.download-failed`
 */
export async function provideJars({ env = process.env, signal, log }: DownloadOptions): Promise<string> {
  const folder = jarFolder(env);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    log(`Downloading Apache Kafka ${kafkaVersion} from Maven Central, once (about 60 MB)…`);
    await writeFile(join(partial, 'pom.xml'), pom);
    await resolveJars(partial, { env, signal, log });
    await moveInto(join(partial, 'lib'), folder);
    return folder;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * Sees to it that a local Kafka can be started here: a Java, and the jar files, downloaded if need be.
 *
 * @throws LocalKafkaError that says what is missing
 */
export async function prepareKafka(options: DownloadOptions): Promise<{ java: string; jars: string }> {
  return { java: await findJava(options.env), jars: await provideJars(options) };
}

async function resolveJars(partial: string, { env, signal, log }: DownloadOptions): Promise<void> {
  let jars = 0;
  try {
    await run('mvn', ['--batch-mode', 'dependency:copy-dependencies', `-DoutputDirectory=${join(partial, 'lib')}`], {
      cwd: partial,
      env,
      signal,
      onLine: (line) => {
        if (!/^(\[INFO\] )?Downloaded from .*\.jar /.test(line)) return;
        jars += 1;
        if (jars % 20 === 0) log(`… ${jars} files`);
      },
    });
  } catch (cause) {
    if (cause instanceof LocalKafkaError) throw cause;
    if (errorCode(cause) === 'ENOENT') {
      throw new LocalKafkaError(
        'kafka.maven-missing',
        'Maven (mvn) is not installed, and a local Kafka is downloaded by it: install it, or set KAFKA_BROKERS to brokers of your own.',
        { cause },
      );
    }
    const output = cause instanceof Error ? cause.message : String(cause);
    throw new LocalKafkaError(
      'kafka.download-failed',
      `Apache Kafka ${kafkaVersion} could not be downloaded from Maven Central: ${firstError(output)}`,
      { cause },
    );
  }
}

/** Maven's first line of errors is the reason, and those after it are advice. */
function firstError(output: string): string {
  const line = output.split('\n').find((text) => text.startsWith('[ERROR]'));
  return line?.slice('[ERROR]'.length).trim() ?? lastComplaint(output);
}

async function moveInto(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error; // else another process was first
  }
}
