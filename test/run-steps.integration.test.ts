import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const repository = resolve(__dirname, '..');
let folder: string;

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

/** Runs steps in a process of its own, as `npm test` does, and returns what it printed. */
function run(steps: string, env: NodeJS.ProcessEnv = { CI: '' }): Promise<string> {
  write(
    'run.mjs',
    `import { check, runSteps, suite } from ${JSON.stringify(pathToFileURL(join(repository, 'test/run-steps.mjs')).href)};
     const jest = ${JSON.stringify(join(repository, 'node_modules/jest/bin/jest.js'))};
     console.log(JSON.stringify(await runSteps([${steps}])));`,
  );
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['run.mjs'], { cwd: folder, env: { ...process.env, ...env } }, (error, stdout) =>
      error ? reject(new Error(stdout, { cause: error })) : resolve(stdout),
    );
  });
}

const sum = (output: string): unknown => JSON.parse(output.trimEnd().split('\n').at(-1)!);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-steps-'));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  write(
    'jest.config.cjs',
    `module.exports = { projects: ['good', 'bad', 'none'].map((name) =>
       ({ displayName: name, rootDir: __dirname, testMatch: ['<rootDir>/' + name + '*.js'], transform: {} })) };`,
  );
  write(
    'good.js',
    "test('adds', () => expect(1 + 1).toBe(2)); test.skip('is left out', () => {}); test.todo('later');",
  );
  write('bad1.js', "test('passes', () => {}); test('is wrong', () => expect('what it is').toBe('what it should be'));");
  write('bad2.js', "throw new Error('cannot even load');");
  write('exit.mjs', "console.log('a reason'); process.exit(Number(process.argv[2]));");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the test run', () => {
  it('adds up all suites, shows failures in full and names skipped tests', async () => {
    const output = await run("suite('good', { jest }), suite('bad', { jest })");

    expect(sum(output)).toEqual({ passed: 2, failed: 2, skipped: 2 });
    expect(output).toMatch(/^✓ good: 1 passed, 0 failed, 2 skipped \([\d.]+ s\)$/m);
    expect(output).toMatch(/^✗ bad: 1 passed, 2 failed, 0 skipped/m);
    expect(output).toContain('SKIPPED: is left out (good.js)');
    expect(output).toContain('SKIPPED: later (good.js)');
    expect(output).toContain('what it should be');
    expect(output).toContain('cannot even load');
  }, 30_000);

  it('counts a failed check as one failure, shows why, and goes on', async () => {
    const output = await run(
      "check('one', 'exit.mjs', ['1']), check('two', 'exit.mjs', ['0']), suite('good', { jest })",
    );

    expect(sum(output)).toEqual({ passed: 1, failed: 1, skipped: 2 });
    expect(output).toMatch(/^✗ one \([\d.]+ s\)\n {4}a reason$/m);
    expect(output).toMatch(/^✓ two \([\d.]+ s\)\n(?! {4})/m);
  }, 30_000);

  it('counts the files of a suite that cannot run as skipped, aloud, and on a CI server as a failure', async () => {
    const steps = "suite('bad', { jest, unavailable: async () => 'They need a thing.\\nGet it.' })";
    const output = await run(steps);
    expect(sum(output)).toEqual({ passed: 0, failed: 0, skipped: 2 });
    expect(output).toContain(
      '    THE SUITES OF "bad" DID NOT RUN.\n    They need a thing.\n    Get it.\n    SKIPPED: all of bad1.js\n    SKIPPED: all of bad2.js\n',
    );

    const onServer = await run(steps, { CI: 'true' });
    expect(sum(onServer)).toEqual({ passed: 0, failed: 1, skipped: 2 });
    expect(onServer).toContain('this is a failure');
  }, 30_000);

  it('runs a suite that can run', async () => {
    expect(sum(await run("suite('good', { jest, unavailable: async () => undefined })"))).toMatchObject({ passed: 1 });
  }, 30_000);

  it("keeps the shell's brokers from servers that tests start, and hands them to the suites for Kafka", async () => {
    write(
      'exit.mjs',
      'const { KAFKA_BROKERS, KAFKA_TLS, EVENTSTORE_URL, TEST_KAFKA_BROKERS } = process.env; console.log(JSON.stringify({ KAFKA_BROKERS, KAFKA_TLS, EVENTSTORE_URL, TEST_KAFKA_BROKERS })); process.exit(1);',
    );
    const output = await run("check('one', 'exit.mjs')", {
      KAFKA_BROKERS: 'localhost:9092',
      KAFKA_TLS: 'on',
      EVENTSTORE_URL: 'esdb://localhost',
    });
    expect(output).toContain('{"TEST_KAFKA_BROKERS":"localhost:9092"}');
  });

  it('counts a project without tests, and one that breaks, as a failure', async () => {
    const output = await run("suite('none', { jest }), suite('good', { jest: 'exit.mjs' })");
    expect(sum(output)).toEqual({ passed: 0, failed: 2, skipped: 0 });
    expect(output).toContain('No tests found');
  }, 30_000);
});
