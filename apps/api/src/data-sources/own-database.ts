import type { DataSourceOptions, ServerAddress } from '#domain';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * Whether a data source is plainly the product's own database, whose events and password hashes are nobody's report. It keeps from a
 * mistake, not from an intent: another name of the same host is not recognised.
 */
export function isOwnDatabase({ postgres }: DataSourceOptions, databaseUrl: string): boolean {
  if (!postgres) return false;
  const own = new URL(databaseUrl);
  const at = placeOf({ host: own.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(own.port || 5432) });
  if (postgres.database !== decodeURIComponent(own.pathname.slice(1))) return false;
  return [postgres, ...(postgres.readReplica ? [postgres.readReplica] : [])].some((address) => placeOf(address) === at);
}

function placeOf({ host, port }: ServerAddress): string {
  const name = host.toLowerCase();
  return `${LOOPBACK.has(name) ? 'localhost' : name} ${port}`;
}
