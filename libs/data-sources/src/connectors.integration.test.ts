import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mysqlSource, postgresSource } from '#domain/testing';
import { packageRoot } from '#platform';

const run = promisify(execFile);
const CONNECTORS = join(packageRoot(), 'dist/libs/data-sources/src/connectors.js');
const FILES = { kind: 'file', postgres: null, mysql: null, file: { folder: '' } } as const;
const NOBODY = { host: '127.0.0.1', port: 1, tls: { mode: 'disable', ca: null } } as const;

/** In a process of its own, where nothing else has loaded anything: the packages there before the first query, and after it. */
const SCRIPT = `
  const [connectors, options] = process.argv.slice(1);
  const { openDataSource } = require(connectors);
  const limits = { poolMax: 1, statementTimeoutMs: 1000 };
  const loaded = () => ['mysql2', '@duckdb/node-api', 'libpg-query'].filter((name) =>
    Object.keys(require.cache).some((path) => path.includes('/node_modules/' + name + '/')));
  const source = openDataSource(JSON.parse(options), 'secret', { name: 'any', limits, filesRoot: '/nowhere' });
  const before = loaded();
  source.listRelations().catch(() => undefined).then(() => source.close()).then(() =>
    process.stdout.write(JSON.stringify({ before, after: loaded() })));`;

it.each([
  ['PostgreSQL', postgresSource(NOBODY), []],
  ['MySQL', mysqlSource(NOBODY), ['mysql2']],
  ['files', FILES, []],
])(
  'a data source of %s loads nothing before its first query, and then no other kind',
  async (_kind, options, after) => {
    const { stdout } = await run(process.execPath, ['-e', SCRIPT, CONNECTORS, JSON.stringify(options)]);
    expect(JSON.parse(stdout)).toEqual({ before: [], after });
  },
);
