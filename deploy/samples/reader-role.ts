import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';

export const readerRole = 'report_reader';

/**
 * Gives the role that reports read with a new random password, which so is never stored, and returns it. The role may
 * only read, whatever a query tries.
 */
export async function refreshReader(admin: Client): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [readerRole]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  // The server quotes the password, as such statements take no parameters.
  const { rows } = await admin.query<{ statement: string }>(
    `SELECT format('${verb} ROLE ${readerRole} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %L', $1::text) AS statement`,
    [password],
  );
  await admin.query(rows[0]?.statement ?? '');
  await admin.query(`ALTER ROLE ${readerRole} SET default_transaction_read_only = on`);
  return password;
}
