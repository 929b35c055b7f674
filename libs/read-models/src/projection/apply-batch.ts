import { transaction, type Pool, type PoolClient } from '#database';
import { moveCheckpoint } from '#event-feed';
import type { FeedBatch } from '#event-sourcing';
import { storableJson } from './storable-json';
import type { Statement } from './table';

/** Rows sent at a time: enough that a round trip costs nothing, few enough that the next are made meanwhile. */
const ROWS_AT_A_TIME = 500;

/** Moves the group's checkpoint and applies the batch, all or nothing. Throws `CheckpointMoved` as `moveCheckpoint` does. */
export async function applyBatch(
  pool: Pool,
  group: string,
  batch: FeedBatch,
  apply: (client: PoolClient) => Promise<void>,
): Promise<void> {
  await transaction(pool, async (client) => {
    // A crash may take the last batches with it, rows and checkpoint alike: they are applied again from the events.
    await client.query('SET LOCAL synchronous_commit = off');
    await moveCheckpoint(client, group, batch);
    await apply(client);
  });
}

/** Runs one after the other; the parameter of the next is made while PostgreSQL works on the one before. */
export async function runAll(client: PoolClient, statements: readonly Statement[]): Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  for (const { name, text, rows } of statements) {
    for (let from = 0; from < rows.length; from += ROWS_AT_A_TIME) {
      const values = [storableJson(rows.slice(from, from + ROWS_AT_A_TIME))];
      await running;
      running = client.query({ name, text, values });
      // A failure is met at the next await, not as one that nobody handles.
      running.catch(() => undefined);
    }
  }
  await running;
}
