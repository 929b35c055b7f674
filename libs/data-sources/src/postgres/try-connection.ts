import { Client } from 'pg';
import type { ConnectionFailure } from '../connection-test';
import type { PostgresConnection } from './postgres-connection';
import { codeOf } from './postgres-errors';

/** Milliseconds for connecting, signing in and one query together: an answer within 10 s, whatever happens. */
const PATIENCE_MS = 9_000;

/** Signs in and asks for nothing. Null when that went well, else what failed, in words for whoever set it up. */
export async function tryConnection(connection: PostgresConnection): Promise<ConnectionFailure | null> {
  const client = new Client({
    ...connection,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    application_name: 'report-scheduler connection test',
  });
  // One that breaks later has nobody else to tell, and an error without a listener ends the process.
  client.on('error', () => undefined);
  const patience = AbortSignal.timeout(PATIENCE_MS);
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

const TIMED_OUT: ConnectionFailure = {
  reason: 'timeout',
  message: 'Nobody answers at this host and port: is a firewall in between?',
};

/** What Node.js says of names, addresses and certificates, and PostgreSQL by its SQLSTATE. */
function failureOf(error: unknown): ConnectionFailure {
  const code = codeOf(error) ?? '';
  const text = error instanceof Error ? error.message : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { reason: 'host_not_found', message: 'The name of the host is not known: check its spelling.' };
  }
  if (code === 'ECONNREFUSED') {
    return { reason: 'refused', message: 'The host refuses the connection: check the port, and that the server runs.' };
  }
  if (code === 'ETIMEDOUT' || /timeout/i.test(text)) return TIMED_OUT;
  if (isTlsFailure(code, text)) return { reason: 'tls', message: tlsMessage(code, text) };
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

function isTlsFailure(code: string, text: string): boolean {
  return /^(ERR_(TLS|SSL)_|CERT_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|EPROTO)/.test(code) || /\bSSL\b/.test(text);
}

function tlsMessage(code: string, text: string): string {
  if (/does not support SSL/.test(text)) return 'The server does not speak TLS.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'The certificate of the server is for another host name.';
  if (code === 'CERT_HAS_EXPIRED') return 'The certificate of the server has expired.';
  return `The certificate of the server is not trusted${code === '' ? '' : ` (${code})`}: give the certificate that signed it.`;
}
