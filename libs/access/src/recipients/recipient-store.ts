import type { Pool } from '#database';
import type { RecipientId } from '#domain';

/** Addresses that mails go to. Everything else refers to them by id, so removing one here erases the person. */
export class RecipientStore {
  constructor(private readonly pool: Pool) {}

  /**
   * The ids of addresses, in the order given; unknown ones get one, a known one keeps its own.
   *
   * @param addresses as `checkedMailbox` writes them
   */
  async idsOf(addresses: readonly string[]): Promise<readonly RecipientId[]> {
    const distinct = [...new Set(addresses)].sort();
    await this.pool.query(
      'INSERT INTO access.recipient (address) SELECT unnest($1::text[]) ON CONFLICT (address) DO NOTHING',
      [distinct],
    );
    const { rows } = await this.pool.query<{ recipient_id: string; address: string }>(
      'SELECT recipient_id, address FROM access.recipient WHERE address = ANY ($1)',
      [distinct],
    );
    const ids = new Map(rows.map(({ recipient_id, address }) => [address, recipient_id]));
    // One that was erased between the two statements is as one that was erased a moment later.
    return addresses.flatMap((address) => ids.get(address) ?? []);
  }

  /** Those that were not erased, by id. */
  async addressesOf(ids: readonly RecipientId[]): Promise<ReadonlyMap<RecipientId, string>> {
    const { rows } = await this.pool.query<{ recipient_id: string; address: string }>(
      'SELECT recipient_id, address FROM access.recipient WHERE recipient_id = ANY ($1::uuid[])',
      [ids],
    );
    return new Map(rows.map(({ recipient_id, address }) => [recipient_id, address]));
  }

  /** Null when nobody has the address. */
  async idOf(address: string): Promise<RecipientId | null> {
    const { rows } = await this.pool.query<{ recipient_id: string }>(
      'SELECT recipient_id FROM access.recipient WHERE address = $1',
      [address],
    );
    return rows[0]?.recipient_id ?? null;
  }

  async erase(recipientId: RecipientId): Promise<void> {
    await this.pool.query('DELETE FROM access.recipient WHERE recipient_id = $1', [recipientId]);
  }
}
