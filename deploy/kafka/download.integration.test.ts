import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jarFolder, prepareKafka, provideJars } from './download';
import { javaVersion } from './programs';

let folder: string;
let env: NodeJS.ProcessEnv;
let lines: string[];
const log = (line: string) => void lines.push(line);

/** Puts a shell script on the path of the programs that are started; nothing else is on it but a shell's own. */
function program(name: string, script: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
const java = (version: string) => program('java', `echo 'openjdk version "${version}" 2025-01-01' >&2`);
/** Does what Maven does: writes into the folder of `-DoutputDirectory=`, and tells of each file. */
const maven = (more = '') =>
  program(
    'mvn',
    `echo run >> ${join(folder, 'runs')}
for argument; do case $argument in -DoutputDirectory=*) lib=\${argument#*=};; esac; done
/bin/mkdir -p "$lib"; ${more}
i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo "[INFO] Downloaded from central: https://repo/$i.jar (1 kB)"; done
echo jar > "$lib/kafka.jar"`,
  );
const runs = () => readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n').length;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kafka-download-'));
  mkdirSync(join(folder, 'bin'));
  env = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the download', () => {
  it('happens once, and tells how far it is', async () => {
    maven();
    const jars = await provideJars({ env, log });
    expect(readdirSync(jars)).toEqual(['kafka.jar']);
    expect(lines).toEqual([expect.stringMatching(/^Downloading Apache Kafka [\d.]+ from Maven Central/), '… 20 files']);

    expect(await provideJars({ env, log })).toBe(jars);
    expect(runs()).toBe(1);
  });

  it('may happen twice at once', async () => {
    maven();
    const both = await Promise.all([provideJars({ env, log }), provideJars({ env, log })]);
    expect(both).toEqual([jarFolder(env), jarFolder(env)]);
    expect(runs()).toBe(2);
    expect(readdirSync(dirname(jarFolder(env)))).toHaveLength(1);
  });

  it('that fails leaves nothing behind, and says why in one line', async () => {
    maven(
      'echo half > "$lib/half.jar"; echo "[ERROR] Could not transfer artifact: Unknown host"; echo "[ERROR] See help"; exit 1',
    );
    await expect(provideJars({ env, log })).rejects.toMatchObject({
      code: 'kafka.download-failed',
      message: expect.stringMatching(/^[^\n]*from Maven Central: Could not transfer artifact: Unknown host$/),
    });
    expect(readdirSync(dirname(jarFolder(env)))).toEqual([]);
  });

  it('is broken off on request', async () => {
    maven(`echo begun > ${join(folder, 'begun')}; exec /bin/sleep 60`);
    const stopping = new AbortController();
    const download = provideJars({ env, log, signal: stopping.signal });
    const outcome = expect(download).rejects.toMatchObject({ code: 'kafka.aborted' });
    while (!existsSync(join(folder, 'begun'))) await new Promise((resolve) => setTimeout(resolve, 10));
    stopping.abort();
    await outcome;
    expect(existsSync(jarFolder(env))).toBe(false);
  });

  it('needs Maven', async () => {
    await expect(provideJars({ env, log })).rejects.toMatchObject({ code: 'kafka.maven-missing' });
  });
});

describe('Java', () => {
  it('must be there', async () => {
    await expect(prepareKafka({ env, log })).rejects.toMatchObject({
      code: 'kafka.java-missing',
      message: expect.stringContaining('needs Java 17 or newer: install one, or set KAFKA_BROKERS'),
    });
  });

  it('must be 17 or newer', async () => {
    java('11.0.2');
    await expect(prepareKafka({ env, log })).rejects.toMatchObject({
      code: 'kafka.java-too-old',
      message: expect.stringContaining('java is Java 11, and'),
    });
    java('17.0.15');
    maven();
    await expect(prepareKafka({ env, log })).resolves.toEqual({ java: 'java', jars: jarFolder(env) });
  });

  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "25" 2025-09-16', 25],
    ['nonsense', NaN],
  ])('of %s is %d', (banner, version) => {
    expect(javaVersion(banner)).toBe(version);
  });
});
