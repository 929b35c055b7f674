import { transaction, type Pool } from '#database';
import { moveCheckpoint } from '#event-feed';
import type { FeedBatch } from '#event-sourcing';
import { run, type Statement } from './table';

/** Moves the group's checkpoint and runs the statements, all or nothing. Throws `CheckpointMoved` as `moveCheckpoint` does. */
export async function applyBatch(
  pool: Pool,
  group: string,
  batch: FeedBatch,
  statements: readonly Statement[],
): Promise<void> {
  await transaction(pool, async (client) => {
    // A crash may take the last batches with it, rows and checkpoint alike: they are applied again from the events.
    await client.query('SET LOCAL synchronous_commit = off');
    await moveCheckpoint(client, group, batch);
    for (const statement of statements) await run(client, statement);
  });
}
