import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { transaction, type Pool } from '#database';
import { hashPassword, randomPassword, verifyPassword } from './users/passwords';
import { UserStore } from './users/user-store';

/** How to sign in for the first time. */
export interface FirstAdmin {
  readonly username: string;
  readonly password: string;
  /** The file that keeps both, readable by this process's user alone. */
  readonly path: string;
  /** True when this very start made the account. */
  readonly created: boolean;
}

const credentials = z.object({ username: z.string(), password: z.string() });

/** So that processes which start together make one admin. Any number that nothing else locks. */
const LOCK = 6_271_834;

/**
 * Makes the user `admin` on a database without users, with a password that stands in `<dataDir>/credentials`. Later starts
 * read that file. Null when it does not let anyone in any more: the password was changed, or the file is gone.
 */
export async function ensureFirstAdmin(options: {
  readonly pool: Pool;
  readonly dataDir: string;
  readonly now: Date;
}): Promise<FirstAdmin | null> {
  const path = join(options.dataDir, 'credentials');
  const users = new UserStore(options.pool);
  let known = await readCredentials(path);
  let created = false;
  if (await isEmpty(options.pool)) {
    // The file first: a password that was set but never written down would lock everybody out.
    known ??= await writeCredentials(options.dataDir, path);
    created = await addAdmin(options.pool, known, options.now);
    // Another process was faster, with a file of its own.
    if (!created) known = await readCredentials(path);
  }
  if (!known) return null;
  const user = await users.byUsername(known.username);
  const valid = await verifyPassword(user?.passwordHash ?? null, known.password);
  return valid && user?.disabledAt === null ? { ...known, path, created } : null;
}

async function isEmpty(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query('SELECT 1 FROM access.user_account LIMIT 1');
  return rows.length === 0;
}

async function addAdmin(pool: Pool, { username, password }: z.output<typeof credentials>, now: Date): Promise<boolean> {
  const passwordHash = await hashPassword(password);
  return transaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const { rowCount } = await client.query(
      `INSERT INTO access.user_account (user_id, username, display_name, password_hash, role, created_at)
       SELECT $1, $2, 'Administrator', $3, 'admin', $4 WHERE NOT EXISTS (SELECT FROM access.user_account)`,
      [randomUUID(), username, passwordHash, now],
    );
    return rowCount === 1;
  });
}

async function readCredentials(path: string): Promise<z.output<typeof credentials> | null> {
  try {
    return credentials.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Gone or edited by hand: as if it were not there.
    return null;
  }
}

async function writeCredentials(folder: string, path: string): Promise<z.output<typeof credentials>> {
  const made = { username: 'admin', password: randomPassword() };
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(made)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
  return made;
}
