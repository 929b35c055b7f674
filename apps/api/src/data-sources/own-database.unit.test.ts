import { mysqlSource, postgresSource } from '#domain/testing';
import { isOwnDatabase } from './own-database';

const OWN = 'postgres://scheduler:secret@localhost:5433/report%20scheduler';
const at = { host: '127.0.0.1', port: 5433 };

it.each([
  [{ ...at }],
  [{ ...at, host: 'LOCALHOST' }],
  [{ ...at, host: '::1' }],
  [{ host: 'replica', readReplica: at }],
])('recognises the own database at %j', (place) => {
  expect(isOwnDatabase(mysqlSource({ ...at, database: 'report scheduler' }), OWN)).toBe(false);
  expect(isOwnDatabase(postgresSource({ database: 'report scheduler', ...place }), OWN)).toBe(true);
});

it('knows the default port, and addresses in brackets', () => {
  const source = postgresSource({ ...at, port: 5432, database: 'reports' });
  expect(isOwnDatabase(source, 'postgres://[::1]/reports')).toBe(true);
});

it('leaves other databases of the same server alone, and all else', () => {
  expect(isOwnDatabase(postgresSource(at), OWN)).toBe(false);
  expect(isOwnDatabase(postgresSource({ database: 'report scheduler' }), OWN)).toBe(false);
  expect(isOwnDatabase({ kind: 'file', postgres: null, mysql: null, file: { folder: '' } }, OWN)).toBe(false);
});
