import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';

/**
 * @typedef {object} Outcome
 * @property {number} passed  tests
 * @property {number} failed  tests, or 1 for a check or a suite that could not run
 * @property {number} skipped tests, or files of a suite that did not run
 * @property {string} report  what a person needs to see: failures in full, skipped tests by name
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {'checks' | 'tests'} kind
 * @property {() => Promise<Outcome>} run
 */

/** A step takes no longer than this, in milliseconds: a test that hangs must fail and not hold everything up. */
const limit = 9 * 60_000;

/** A program that succeeds or fails; what it wrote is shown only when it fails, or as it comes with `live`. */
export function check(name, program, args = [], { live = false } = {}) {
  return {
    name,
    kind: 'checks',
    run: async () => {
      const { code, output } = await execute(process.execPath, [program, ...args], {
        progress: live ? print : undefined,
      });
      return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0, report: code === 0 || live ? '' : output };
    },
  };
}

/**
 * A project of Jest's configuration. The names of its finished files are shown while it runs. Where `unavailable` gives a
 * reason, its files do not run and count as skipped, and on a CI server as a failure: what nobody runs must not look green.
 */
export function suite(
  project,
  {
    workers = Math.min(4, availableParallelism()),
    jest,
    cwd = process.cwd(),
    unavailable = async () => undefined,
  } = {},
) {
  return {
    name: project,
    kind: 'tests',
    run: async () => {
      const reason = await unavailable();
      if (reason !== undefined) return leftOut(reason, project, jest, cwd);
      const folder = mkdtempSync(join(tmpdir(), 'test-results-'));
      const file = join(folder, 'results.json');
      try {
        const args = [
          jest,
          '--selectProjects',
          project,
          '--ci',
          `--maxWorkers=${workers}`,
          '--json',
          '--outputFile',
          file,
        ];
        const progress = (line) => /^(PASS|FAIL) /.test(line) && print(`  ${line}`);
        const { code, output } = await execute(process.execPath, args, { cwd, progress });
        return tally(code, output, readResults(file), cwd);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

async function leftOut(reason, project, jest, cwd) {
  const { output } = await execute(process.execPath, [jest, '--selectProjects', project, '--listTests'], { cwd });
  const files = output
    .split('\n')
    .filter((line) => isAbsolute(line))
    .sort();
  const failed = process.env.CI === 'true' ? 1 : 0;
  const report = [
    `THE SUITES OF "${project}" DID NOT RUN.`,
    ...reason.split('\n'),
    ...(failed > 0 ? ['On a CI server (CI=true) this is a failure.'] : []),
    ...files.map((file) => `SKIPPED: all of ${relative(cwd, file)}`),
  ];
  return { passed: 0, failed, skipped: files.length, report: report.join('\n') };
}

/** Runs all steps, whatever fails, and returns their sum. Checks share the machine two at a time, suites have it alone. */
export async function runSteps(steps) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const finished = async (step, pending, started) => {
    const outcome = await pending;
    const mark = outcome.failed === 0 ? '✓' : '✗';
    const counts =
      step.kind === 'tests' ? `: ${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped` : '';
    print(`${mark} ${step.name}${counts} (${seconds(Date.now() - started)})`);
    if (outcome.report.trim() !== '') print(outcome.report.replace(/^/gm, '    ').trimEnd());
    for (const key of Object.keys(sum)) sum[key] += outcome[key];
  };
  await twoAtATime(
    steps.filter(({ kind }) => kind === 'checks'),
    async (step) => finished(step, settle(step), Date.now()),
  );
  for (const step of steps.filter(({ kind }) => kind === 'tests')) {
    print(`▸ ${step.name}`);
    await finished(step, settle(step), Date.now());
  }
  return sum;
}

/** A step whose own machinery breaks is a failed step, so that the sum never hides it. */
const settle = (step) =>
  step.run().catch((error) => ({ passed: 0, failed: 1, skipped: 0, report: String(error?.stack) }));

async function twoAtATime(items, action) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item; item = queue.shift()) await action(item);
  };
  await Promise.all([worker(), worker()]);
}

/** Adds up Jest's results (the format of its option `--json`). */
function tally(code, output, results, cwd) {
  if (!results) return { passed: 0, failed: 1, skipped: 0, report: output };
  const files = results.testResults.map((file) => ({ ...file, path: relative(cwd, file.name) }));
  const skipped = files.flatMap(({ path, assertionResults }) =>
    assertionResults
      .filter(({ status }) => !['passed', 'failed'].includes(status))
      .map(({ fullName }) => `SKIPPED: ${fullName} (${path})`),
  );
  const counted = results.numFailedTests + results.numRuntimeErrorTestSuites;
  // Jest may also fail for a reason of its own, such as a teardown that breaks.
  const failed = code === 0 ? counted : Math.max(1, counted);
  const report = [
    ...skipped,
    ...files.filter(({ status }) => status === 'failed').map(({ path, message }) => `FAILED: ${path}\n${message}`),
    ...(failed > counted ? [output] : []),
  ];
  return { passed: results.numPassedTests, failed, skipped: skipped.length, report: report.join('\n') };
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Jest ended before it could write any
  }
}

function execute(program, args, { cwd = process.cwd(), progress = () => undefined } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = () => {
      let rest = '';
      return (chunk) => {
        output += chunk;
        const lines = (rest + chunk).split('\n');
        rest = lines.pop();
        lines.forEach(progress);
      };
    };
    child.stdout.setEncoding('utf8').on('data', collect());
    child.stderr.setEncoding('utf8').on('data', collect());
    const timer = setTimeout(() => {
      output += `\nStopped after ${seconds(limit)}: it did not end.\n`;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
    }, limit);
    const end = () => {
      clearTimeout(timer);
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupt);
    };
    // The terminal sends Ctrl-C to the child as well; kill(1) does not.
    const interrupt = (signal) => {
      child.kill(signal);
      child.once('close', () => process.exit(130));
    };
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt);
    child.once('error', (error) => {
      end();
      reject(error);
    });
    child.once('close', (code) => {
      end();
      resolve({ code, output });
    });
  });
}

/** Tests bring their own settings: those of the developer's shell must not lead them to real data. */
function environment() {
  const env = { ...process.env };
  for (const name of ['DATABASE_URL', 'DATA_DIR', 'PORT', 'NODE_ENV', 'SAMPLE_DATA']) delete env[name];
  // A server that a test starts must not find these brokers by itself; the suites for Kafka look here.
  const { KAFKA_BROKERS: brokers } = env;
  for (const name of Object.keys(env).filter((key) => /^(KAFKA_|SCHEMA_REGISTRY_URL$|EVENTSTORE_URL$)/.test(key))) {
    delete env[name];
  }
  return { ...env, ...(brokers && { TEST_KAFKA_BROKERS: brokers }) };
}

export function print(line) {
  process.stdout.write(`${line}\n`);
}

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
