import { transaction, type Pool, type PoolClient } from '#database';
import type { Logger } from '#platform';
import { claimList, nextListInMs, postponeList, removeList } from './burst-table';
import { expandList, type ExpansionParts } from './expand-list';

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

export interface BurstParts extends ExpansionParts {
  readonly pool: Pool;
  readonly logger: Logger;
}

/**
 * Expands the lists that are ready, each in the transaction that claims its row: a crash leaves the row to the next one who looks.
 * Returns milliseconds until another list is ready by the mere time; null when none waits.
 */
export async function expandLists(parts: BurstParts, goOn: () => boolean): Promise<number | null> {
  const expand = (client: PoolClient) => expandNext(parts, client);
  while (goOn() && (await transaction(parts.pool, expand)));
  return nextListInMs(parts.pool);
}

/** Returns false when no list is ready. */
async function expandNext(parts: BurstParts, client: PoolClient): Promise<boolean> {
  const claimed = await claimList(client);
  if (!claimed) return false;
  const { jobId, tries } = claimed;
  let outcome: Awaited<ReturnType<typeof expandList>>;
  try {
    outcome = await expandList(parts, claimed);
  } catch (error) {
    // One list is no other one's business.
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** tries, LAST_RETRY_MS);
    const code = 'scheduler.list_not_expanded';
    parts.logger.error({ err: error, jobId, tries, delayMs, code }, 'a list is looked at again later');
    await postponeList(client, jobId, delayMs);
    return true;
  }
  await removeList(client, jobId);
  parts.logger.info({ jobId, outcome }, 'list looked at');
  return true;
}
