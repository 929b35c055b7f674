import { transaction, type NotificationListener, type Pool } from '#database';
import type { FeedBatch, FeedSource, FeedSubscription, RecordedEvent } from '#event-sourcing';
import { loadCheckpoint, moveCheckpoint } from '../checkpoints';
import { PARKED_CHANNEL } from '../parking/parked-events';

/** A subscriber with a table, as a projection is one; what it shall fail at is set by the test. */
export class TableSubscriber {
  readonly group: string;
  readonly errors: { readonly error: unknown; readonly tries: number; readonly source: FeedSource }[] = [];
  readonly batches: FeedBatch[] = [];
  /** Called for each event before it is applied; throws where it shall fail. */
  beforeEach: (event: RecordedEvent) => void = () => undefined;
  /** Awaited inside the transaction of each batch. */
  within: (batch: FeedBatch) => Promise<void> = () => Promise.resolve();
  readonly #pool: Pool;
  readonly #waiting = new Set<() => void>();

  constructor(pool: Pool, group: string) {
    this.#pool = pool;
    this.group = group;
  }

  static async createTable(pool: Pool): Promise<void> {
    await pool.query(
      `CREATE TABLE applied (
         place bigint GENERATED ALWAYS AS IDENTITY, group_name text, stream_id text, revision integer, event_type text,
         position bigint, source text
       )`,
    );
  }

  subscription(more: Partial<FeedSubscription> = {}): FeedSubscription {
    return {
      group: this.group,
      parks: true,
      load: (source) => loadCheckpoint(this.#pool, this.group, source),
      handle: (batch) => this.#apply(batch),
      onError: (error, tries, source) => {
        this.errors.push({ error, tries, source });
        this.#tell();
      },
      ...more,
    };
  }

  /** The revisions of a stream's events in the order in which they were applied. */
  async appliedOf(streamId: string): Promise<readonly number[]> {
    const { rows } = await this.#pool.query<{ revision: number }>(
      'SELECT revision FROM applied WHERE group_name = $1 AND stream_id = $2 ORDER BY place',
      [this.group, streamId],
    );
    return rows.map(({ revision }) => revision);
  }

  /** Looks again as well whenever something was parked, replayed or dropped. */
  async watch(notifications: NotificationListener): Promise<void> {
    await notifications.listen(PARKED_CHANNEL, () => this.#tell());
  }

  /** Looks again after each batch and each failure until it is so. */
  async until(enough: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      const next = new Promise<void>((resolve) => this.#waiting.add(resolve));
      if (await enough()) return;
      await next;
    }
  }

  async untilApplied(streamId: string, revisions: readonly number[]): Promise<void> {
    await this.until(async () => (await this.appliedOf(streamId)).length >= revisions.length);
    expect(await this.appliedOf(streamId)).toEqual(revisions);
  }

  async #apply(batch: FeedBatch): Promise<void> {
    await transaction(this.#pool, async (client) => {
      await moveCheckpoint(client, this.group, batch);
      for (const event of batch.events) {
        this.beforeEach(event);
        await client.query(
          `INSERT INTO applied (group_name, stream_id, revision, event_type, position, source)
           VALUES ($1, $2, $3, $4, $5, $6)`,
          [this.group, event.streamId, event.revision, event.type, event.position.toString(), batch.source],
        );
      }
      await this.within(batch);
    });
    this.batches.push(batch);
    this.#tell();
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
