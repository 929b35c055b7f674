import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from '#database';
import type { Cleanup } from '../harness/cleanup';
import { executeSql } from '../harness/postgres';
import { connectionEnvironment, runProgram } from '../harness/programs';
import { sampleRow } from './events';
import { concurrently, perSecond } from './our-appends';

/** A table with the columns and indexes of the event store's, and a sequence in place of its own positions. */
export function createPeerTable(url: string): Promise<void> {
  return executeSql(
    url,
    'CREATE SCHEMA bench',
    'CREATE TABLE bench.event (LIKE event_store.event INCLUDING ALL)',
    'CREATE SEQUENCE bench.position',
  );
}

interface Pgbench {
  /** Transactions a second of one row each, on as many connections as there are clients. */
  measure(clients: number, transactions: number): Promise<number>;
}

/** The row travels as bound parameters, as ours does; only its ids are made by the server. */
const INSERT = `INSERT INTO bench.event (position, stream_id, revision, event_id, type, data, metadata, recorded_at)
VALUES (nextval('bench.position'), 'schedule-' || gen_random_uuid(), 0, gen_random_uuid(), :type, :data, :metadata, clock_timestamp());
`;

export async function preparePgbench(
  program: string,
  { url, folder, cleanup }: { readonly url: string; readonly folder: string; readonly cleanup: Cleanup },
): Promise<Pgbench> {
  const script = join(folder, 'insert.sql');
  await writeFile(script, INSERT);
  const values = Object.entries(sampleRow()).flatMap(([name, value]) => ['-D', `${name}=${String(value)}`]);
  return {
    async measure(clients, transactions) {
      const each = Math.ceil(transactions / clients);
      const args = ['-n', '-M', 'prepared', '-c', String(clients), '-t', String(each), '-f', script, ...values];
      const { stdout } = await runProgram(program, args, { env: connectionEnvironment(url), cleanup });
      return readTransactionRate(stdout);
    },
  };
}

/** The line `tps = 5790.4 (without initial connection time)`; PostgreSQL 13 and older word it differently. */
export function readTransactionRate(output: string): number {
  const rate = /^tps = ([\d.]+) \((?:without initial connection time|excluding connections establishing)\)$/m.exec(
    output,
  );
  if (!rate) throw new Error(`pgbench did not say how fast it was: ${output}`);
  return Number(rate[1]);
}

/** The same batches by plain multi-row inserts: no lock, no expected revision, no answer for each event. */
export async function measurePlainInserts(
  pool: Pool,
  { callers, events, batch }: { readonly callers: number; readonly events: number; readonly batch: number },
): Promise<number> {
  let left = events;
  const { type, data, metadata } = sampleRow();
  const started = performance.now();
  await concurrently(callers, async () => {
    while (left > 0) {
      const size = Math.min(batch, left);
      left -= size;
      await pool.query({
        name: 'plain-insert',
        text: `INSERT INTO bench.event (position, stream_id, revision, event_id, type, data, metadata, recorded_at)
               SELECT nextval('bench.position'), e.stream_id, 0, e.event_id, e.type, e.data, e.metadata, clock_timestamp()
               FROM unnest($1::text[], $2::uuid[], $3::text[], $4::json[], $5::json[])
                 AS e (stream_id, event_id, type, data, metadata)`,
        values: [
          Array.from({ length: size }, () => `schedule-${randomUUID()}`),
          Array.from({ length: size }, () => randomUUID()),
          ...[type, data, metadata].map((value) => Array.from({ length: size }, () => value)),
        ],
      });
    }
  });
  return perSecond(events, started);
}
