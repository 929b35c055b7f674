import { createConnection } from 'mysql2/promise';
import { hasMariaDb, startMariaDb } from '../../../../test/mariadb/server';
import { dataSourceConformance, MEASUREMENTS, type ConformanceSubject } from '../testing';
import { openMariaDb } from './testing/open-mariadb';

const isInstalled = hasMariaDb();
if (!isInstalled) process.stderr.write('MARIADB DID NOT RUN THE CONFORMANCE SUITE: mariadbd is not in the PATH.\n');

const TABLE = `CREATE TABLE measurements (
  id int, name text, amount decimal(12, 2), ok boolean, day date, at datetime(6), at_zone timestamp NULL, clock time)`;

async function open(): Promise<ConformanceSubject> {
  const server = await startMariaDb();
  await server.execute('CREATE DATABASE sales CHARACTER SET utf8mb4');
  const client = await createConnection({ ...server.address, database: 'sales' });
  await client.query(`SET SESSION time_zone = '+00:00'`);
  await client.query(TABLE);
  await client.query('INSERT INTO measurements VALUES ?', [MEASUREMENTS.map((row) => row.map(stored))]);
  await client.end();
  return {
    source: openMariaDb(server, 'sales', { poolMax: 3 }),
    measurements: { schema: 'sales', name: 'measurements' },
    missing: { schema: 'sales', name: 'gone' },
    close: () => server.close(),
  };
}

/** Truth values are numbers here, and instants those of the session's zone. */
function stored(value: string | null): string | number | null {
  if (value === 'true' || value === 'false') return Number(value === 'true');
  return value?.replace(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\+00$/, '$1') ?? null;
}

(isInstalled ? describe : describe.skip)('a MariaDB database', () => dataSourceConformance(open));
