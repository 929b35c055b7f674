import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataDir } from '../postgres';

/** The line of `postmaster.pid` that holds the port (PostgreSQL, section 66.1). */
const PORT_LINE = 3;
const DATABASE = 'report_scheduler';

/** `DATABASE_URL`, or the embedded server that runs in `DATA_DIR`. Throws when there is neither. */
export function databaseUrl(env: NodeJS.ProcessEnv, checkout: string): string {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  const folder = join(defaultDataDir({ DATA_DIR: env.DATA_DIR }, checkout), 'postgres');
  const running = join(folder, 'cluster', 'postmaster.pid');
  if (!existsSync(running)) throw new Error(`no server runs in ${folder}: start it, or set DATABASE_URL or DATA_DIR`);
  const url = new URL(`postgres://postgres@127.0.0.1/${DATABASE}`);
  url.port = readFileSync(running, 'utf8').split('\n')[PORT_LINE]?.trim() ?? '';
  url.password = readFileSync(join(folder, 'superuser-password'), 'utf8').trim();
  return url.href;
}
