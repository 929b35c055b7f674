import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { createLogger } from '#platform';
import { createTestDatabase } from '../../../../test/postgres/database';
import { dataSourceConformance, measurementsCsv, MEASUREMENT_TABLE, type ConformanceSubject } from '../testing';
import type { DataSource } from '../data-source';
import { PostgresDataSource } from './postgres-data-source';
import { ReplicatedDataSource } from './replicated-data-source';

async function open(connect: (url: string) => DataSource): Promise<ConformanceSubject> {
  const database = await createTestDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`CREATE TABLE measurements (${MEASUREMENT_TABLE})`);
  const rows = client.query(copyFrom('COPY measurements FROM STDIN WITH (FORMAT csv, HEADER true)'));
  await pipeline(Readable.from([measurementsCsv()]), rows);
  await client.end();
  return {
    source: connect(database.url),
    measurements: { schema: 'public', name: 'measurements' },
    missing: { schema: 'public', name: 'gone' },
    close: () => database.drop(),
  };
}

const postgres = (connectionString: string) =>
  new PostgresDataSource({ connectionString }, { poolMax: 3, statementTimeoutMs: 20_000 });

describe('a PostgreSQL database', () => dataSourceConformance(() => open(postgres)));

describe('one with a read replica', () =>
  dataSourceConformance(() =>
    open((url) => {
      const logger = createLogger({ level: 'silent', format: 'json' });
      const parts = { primary: postgres(url), replica: postgres(url), name: 'replicated', logger, retryAfterMs: 0 };
      return new ReplicatedDataSource(parts);
    }),
  ));
