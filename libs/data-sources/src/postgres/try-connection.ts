import { Client } from 'pg';
import { CONNECTION_TEST_MS, TIMED_OUT, type ConnectionFailure } from '../connection-test';
import { networkFailureOf } from '../network-failure';
import type { PostgresConnection } from './postgres-connection';
import { codeOf } from './postgres-errors';

/** Signs in and asks for nothing. Null when that went well, else what failed, in words for whoever set it up. */
export async function tryConnection(connection: PostgresConnection): Promise<ConnectionFailure | null> {
  const client = new Client({
    ...connection,
    connectionTimeoutMillis: CONNECTION_TEST_MS,
    query_timeout: CONNECTION_TEST_MS,
    application_name: 'report-scheduler connection test',
  });
  // One that breaks later has nobody else to tell, and an error without a listener ends the process.
  client.on('error', () => undefined);
  const patience = AbortSignal.timeout(CONNECTION_TEST_MS);
  const giveUp = (): void => void client.end().catch(() => undefined);
  patience.addEventListener('abort', giveUp);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return null;
  } catch (error) {
    return patience.aborted ? TIMED_OUT : failureOf(error);
  } finally {
    patience.removeEventListener('abort', giveUp);
    await client.end().catch(() => undefined);
  }
}

/** What PostgreSQL says by its SQLSTATE. */
function failureOf(error: unknown): ConnectionFailure {
  const ofNetwork = networkFailureOf(error);
  if (ofNetwork) return ofNetwork;
  const code = codeOf(error) ?? '';
  if (code.startsWith('28')) {
    return {
      reason: 'sign_in',
      message: 'The server refuses the sign-in: check the user, the password, and its TLS mode.',
    };
  }
  if (code === '3D000') return { reason: 'database_missing', message: 'The server has no database of this name.' };
  if (code === '42501') return { reason: 'sign_in', message: 'The user may not connect to this database.' };
  if (code === '53300') return { reason: 'busy', message: 'The server has no connection to spare.' };
  return { reason: 'other', message: `The connection failed${code === '' ? '' : ` (${code})`}.` };
}
