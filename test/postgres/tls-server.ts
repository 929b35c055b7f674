import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { eraseEmbeddedPostgres, startEmbeddedPostgres } from '../../deploy/postgres';
import { makeCertificate } from '../certificates/certificate';

const RELOAD = 'SELECT pg_reload_conf()';

export interface TlsServer {
  /** Of the superuser; without TLS. */
  readonly url: URL;
  /** The certificate that signed the server's own, in PEM form. */
  readonly ca: string;
  /** Refuses connections without TLS from now on. */
  requireTls(): Promise<void>;
  stop(): Promise<void>;
  /** Once more, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A PostgreSQL of its own that speaks TLS with a certificate for `localhost`, and not for `127.0.0.1`. */
export async function startTlsServer(): Promise<TlsServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'report-scheduler-tls-'));
  chmodSync(dataDir, 0o755);
  const options = { dataDir, settings: { fsync: 'off', shared_buffers: '16MB' }, log: () => undefined };
  let server = await startEmbeddedPostgres(options);
  const url = new URL(server.url('postgres'));
  const { crt, key } = await makeCertificate(dataDir);
  await sql(url, [toFile(crt, 'server.crt'), toFile(key, 'server.key'), 'ALTER SYSTEM SET ssl = on', RELOAD]);
  await until(() => connects(url, true));
  const port = Number(url.port);
  return {
    url,
    ca: crt,
    async requireTls() {
      await sql(url, [toFile('hostssl all all all scram-sha-256', 'pg_hba.conf'), RELOAD]);
      await until(async () => !(await connects(url, false)));
    },
    stop: () => server.stop(),
    async start() {
      server = await startEmbeddedPostgres({ ...options, port });
    },
    async close() {
      await server.stop();
      await eraseEmbeddedPostgres(dataDir, () => undefined);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The server writes its own file: a key must belong to its account, and nobody else may read it. */
function toFile(content: string, name: string): string {
  const rows = content
    .trim()
    .split('\n')
    .map((line) => `('${line}')`);
  return `COPY (VALUES ${rows.join(', ')}) TO PROGRAM 'umask 077; cat > ${name}'`;
}

async function sql(url: URL, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The server reads its files again some time after it was told to. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

async function connects(url: URL, tls: boolean): Promise<boolean> {
  const client = new Client({ connectionString: url.href, ssl: tls && { rejectUnauthorized: false } });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
