import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(__dirname, '..');
let checkout: string;
const at = (...parts: string[]) => join(checkout, ...parts);

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function bootstrap(nodeArguments: string[] = [], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...nodeArguments, at('deploy/bootstrap.mjs')],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const compiled = () => statSync(at('dist/.sources')).ino;

// A checkout of one source file, with the packages of this repository.
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  for (const folder of ['deploy', 'libs/greeting/src']) mkdirSync(at(folder), { recursive: true });
  for (const file of ['deploy/bootstrap.mjs', 'package.json', 'package-lock.json', '.swcrc']) {
    copyFileSync(join(repository, file), at(file));
  }
  symlinkSync(join(repository, 'node_modules'), at('node_modules'));
  writeFileSync(at('libs/greeting/src/index.ts'), "export const greeting: string = 'hello';\n");
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

describe('the bootstrap', () => {
  it('compiles what is new, and does nothing when nothing changed', async () => {
    expect(await bootstrap()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Compiled in [\d.]+ s\.\n$/) });
    expect(readFileSync(at('dist/libs/greeting/src/index.js'), 'utf8')).toContain('hello');
    const first = compiled();

    expect(await bootstrap()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(compiled()).toBe(first);

    writeFileSync(at('libs/greeting/src/index.ts'), "export const greeting: string = 'good day';\n");
    expect((await bootstrap([], { NODE_ENV: 'production' })).code).toBe(0);
    expect(readFileSync(at('dist/libs/greeting/src/index.js'), 'utf8')).toContain('good day');
  });

  it('forgets what was compiled from a source that is gone', async () => {
    writeFileSync(at('libs/greeting/src/farewell.ts'), 'export {};\n');
    await bootstrap();
    rmSync(at('libs/greeting/src/farewell.ts'));
    await bootstrap();
    expect(existsSync(at('dist/libs/greeting/src/farewell.js'))).toBe(false);
  });

  it('keeps the last good build when the sources do not compile', async () => {
    await bootstrap();
    writeFileSync(at('libs/greeting/src/index.ts'), 'export const = ;\n');
    expect(await bootstrap()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/The sources do not compile, for the reason given above\.\n$/),
    });
    expect(readFileSync(at('dist/libs/greeting/src/index.js'), 'utf8')).toContain('hello');
  });

  it('lets one of several starts at once do the work', async () => {
    const outcomes = await Promise.all([bootstrap(), bootstrap(), bootstrap()]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(outcomes.filter(({ stdout }) => stdout.includes('Compiled'))).toHaveLength(1);
  });

  it('takes over the lock of a start that was killed', async () => {
    mkdirSync(at('.bootstrap'));
    writeFileSync(at('.bootstrap/lock'), `${process.pid} 0`);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(at('.bootstrap/lock'), longAgo, longAgo);
    expect((await bootstrap()).stdout).toContain('Compiled');
    expect(existsSync(at('.bootstrap/lock'))).toBe(false);
  });

  it('installs through the npm that started it when node_modules does not hold what the lock file names', async () => {
    // Stands in for npm's program: notes how it was called, and "installs".
    writeFileSync(
      at('npm-cli.js'),
      `const { rmSync, symlinkSync, writeFileSync } = require('node:fs');
       writeFileSync('called.json', JSON.stringify(process.argv.slice(2)));
       rmSync('node_modules', { recursive: true });
       symlinkSync(${JSON.stringify(join(repository, 'node_modules'))}, 'node_modules');`,
    );
    rmSync(at('node_modules'));
    mkdirSync(at('node_modules'));

    const outcome = await bootstrap([], { npm_execpath: at('npm-cli.js') });

    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('Installing the packages') });
    expect(JSON.parse(readFileSync(at('called.json'), 'utf8'))).toEqual([
      'ci',
      '--include=dev',
      '--no-audit',
      '--no-fund',
    ]);
    expect(existsSync(at('dist/libs/greeting/src/index.js'))).toBe(true);
  });

  it('says what to do when npm fails', async () => {
    writeFileSync(at('npm-cli.js'), 'process.exit(1);');
    rmSync(at('node_modules'));
    expect(await bootstrap([], { npm_execpath: at('npm-cli.js') })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The packages could not be installed'),
    });
  });

  it('asks for a newer Node in one line', async () => {
    writeFileSync(at('old-node.cjs'), "Object.defineProperty(process.versions, 'node', { value: '20.18.3' });\n");
    expect(await bootstrap(['--require', at('old-node.cjs')])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Node 20.19 or newer is needed and this is 20.18.3: install it from https://nodejs.org.\n',
    });
  });
});

describe('the lock file', () => {
  it('names no registry, so that everyone installs from their own', () => {
    const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(500);
  });
});
