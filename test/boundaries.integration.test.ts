import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(__dirname, '..');
const { forbidden } = createRequire(__filename)(join(repository, '.dependency-cruiser.cjs')) as {
  forbidden: { name: string }[];
};
let checkout: string;

const libs = ['domain', 'event-sourcing', 'event-store', 'event-feed', 'platform', 'runtime', 'read-models'];

/** What the planted file imports, and the one rule that must object. */
const planted: { rule: string; file: string; imports: string; more?: Record<string, string> }[] = [
  { rule: 'domain-knows-only-event-sourcing', file: 'libs/domain/src/alias.ts', imports: '#platform' },
  { rule: 'domain-knows-only-event-sourcing', file: 'libs/domain/src/deploys.ts', imports: '../../../deploy/index' },
  { rule: 'domain-is-pure', file: 'libs/domain/src/reads.ts', imports: 'node:fs' },
  { rule: 'domain-is-free-of-frameworks', file: 'libs/domain/src/nest.ts', imports: '@nestjs/common' },
  { rule: 'foundations-import-no-lib', file: 'libs/platform/src/domain.ts', imports: '#domain' },
  { rule: 'foundations-import-no-lib', file: 'libs/event-sourcing/src/domain.ts', imports: '#domain/testing' },
  { rule: 'adapters-stand-alone', file: 'libs/event-feed/src/store.ts', imports: '#event-store' },
  { rule: 'adapters-stand-alone', file: 'libs/delivery-channels/src/store.ts', imports: '#event-store' },
  { rule: 'runtime-is-for-apps', file: 'libs/read-models/src/runtime.ts', imports: '#runtime' },
  { rule: 'libs-import-no-app', file: 'libs/read-models/src/app.ts', imports: '../../../apps/api/src/index' },
  {
    rule: 'libs-are-entered-by-their-index',
    file: 'libs/read-models/src/deep.ts',
    imports: '../../event-store/src/inner',
    more: { 'libs/event-store/src/inner.ts': 'export const inner = 1;\n' },
  },
  {
    rule: 'apps-enter-libs-by-their-index',
    file: 'apps/api/src/deep.ts',
    imports: '../../../libs/platform/src/inner',
    more: { 'libs/platform/src/inner.ts': 'export const inner = 1;\n' },
  },
  { rule: 'apps-import-no-other-app', file: 'apps/api/src/other.ts', imports: '../../exporter/src/index' },
  { rule: 'start-up-stands-alone', file: 'deploy/postgres/lib.ts', imports: '#platform' },
  { rule: 'start-up-stands-alone', file: 'deploy/kafka/lib.ts', imports: '#platform' },
  {
    rule: 'nothing-imports-tests',
    file: 'libs/read-models/src/from-test.ts',
    imports: '../../../test/database',
    more: { 'test/database.ts': 'export const database = 1;\n' },
  },
  { rule: 'nothing-imports-tests', file: 'libs/read-models/src/from-testing.ts', imports: '#domain/testing' },
  {
    rule: 'no-cycles',
    file: 'libs/read-models/src/one.ts',
    imports: './two',
    more: { 'libs/read-models/src/two.ts': "export type { one } from './one';\n" },
  },
  {
    rule: 'names-say-what-they-hold',
    file: 'libs/read-models/src/user.ts',
    imports: './utils/anything',
    more: { 'libs/read-models/src/utils/anything.ts': 'export const anything = 1;\n' },
  },
  { rule: 'names-of-modules-say-what-they-hold', file: 'libs/read-models/src/common/nothing.ts', imports: '' },
  { rule: 'imports-resolve', file: 'libs/read-models/src/lost.ts', imports: '#no-such-lib' },
];

/** What looks alike and is allowed. */
const allowed: { file: string; imports: string }[] = [
  { file: 'libs/domain/src/fine.ts', imports: '#event-sourcing' },
  { file: 'libs/domain/src/calendar.ts', imports: 'temporal-polyfill' },
  { file: 'libs/domain/src/fine.unit.test.ts', imports: '#event-sourcing/testing' },
  { file: 'libs/event-store/src/fine.ts', imports: '#event-sourcing' },
  { file: 'libs/event-feed/src/fine.integration.test.ts', imports: '#event-store' },
  { file: 'libs/runtime/src/fine.ts', imports: '#event-feed' },
  { file: 'apps/api/src/fine.ts', imports: '#runtime' },
  { file: 'deploy/demo/fine.ts', imports: '#platform' },
  { file: 'apps/standalone/src/index.ts', imports: '../../api/src/index' },
];

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), text);
}

const importing = (name: string) =>
  name === '' ? 'export const alone = 1;\n' : `import '${name}';\nexport const one = 1;\n`;

interface Violation {
  from: string;
  rule: { name: string };
}

function cruise(): Promise<Violation[]> {
  const program = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, '--output-type', 'json', 'apps', 'libs', 'deploy', 'test'],
      { cwd: checkout, maxBuffer: 2 ** 26 },
      (_error, stdout, stderr) => {
        try {
          resolve((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
        } catch {
          reject(new Error(stderr || stdout));
        }
      },
    );
  });
}

// A small checkout that keeps every rule, under this repository's configuration.
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'boundaries-'));
  for (const file of ['.dependency-cruiser.cjs', 'package.json']) {
    copyFileSync(join(repository, file), join(checkout, file));
  }
  mkdirSync(join(checkout, 'node_modules'));
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    symlinkSync(join(repository, 'node_modules', name), join(checkout, 'node_modules', name));
  }
  for (const lib of libs) plant(`libs/${lib}/src/index.ts`, 'export const index = 1;\n');
  for (const lib of ['domain', 'event-sourcing'])
    plant(`libs/${lib}/src/testing/index.ts`, 'export const testing = 1;\n');
  for (const app of ['api', 'exporter']) plant(`apps/${app}/src/index.ts`, 'export const index = 1;\n');
  plant('deploy/index.ts', 'export const index = 1;\n');
  plant('test/end-to-end/fine.ts', 'export const fine = 1;\n');
  for (const { file, imports } of allowed) plant(file, importing(imports));
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

describe('the import boundaries', () => {
  it('leave alone what is allowed', async () => {
    expect(await cruise()).toEqual([]);
  });

  it('object to each planted violation, also through an alias', async () => {
    for (const { file, imports, more } of planted) {
      plant(file, importing(imports));
      for (const [name, text] of Object.entries(more ?? {})) plant(name, text);
    }
    const found = (await cruise()).map(({ from, rule }) => `${rule.name}: ${from}`);
    const missed = planted
      .map(({ rule, file }) => `${rule}: ${file}`)
      .filter((violation) => !found.includes(violation));
    expect(missed).toEqual([]);
  });

  it('are each proven by a planted violation', () => {
    expect([...new Set(planted.map(({ rule }) => rule))].sort()).toEqual(forbidden.map(({ name }) => name).sort());
  });
});
