import type { Pool } from '#database';
import { CHECKPOINT_CHANNEL } from '#event-feed';
import type { FeedSource, Position } from '#event-sourcing';
import type { Parts } from '#runtime';

/** So long may an event take before the bench gives up, in milliseconds: a group of Kafka takes some seconds to form. */
const PATIENCE_MS = 60_000;

interface Waiting {
  readonly source: FeedSource;
  readonly position: Position;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Waits for many positions of one group at once. However many wait, the checkpoints are read once for each notification, so
 * that looking on costs the database little.
 */
export class CheckpointWatch {
  readonly #pool: Pool;
  readonly #group: string;
  readonly #waiting = new Set<Waiting>();
  #looking = false;
  #lookAgain = false;

  private constructor(pool: Pool, group: string) {
    this.#pool = pool;
    this.#group = group;
  }

  /** Watches until the notifications are closed. */
  static async start({ pool, notifications }: Parts, group: string): Promise<CheckpointWatch> {
    const watch = new CheckpointWatch(pool, group);
    await notifications.listen(CHECKPOINT_CHANNEL, (moved) => {
      if (moved === group) watch.#look();
    });
    return watch;
  }

  /** Resolves once the group's checkpoint at the source covers the position. */
  async reached(source: FeedSource, position: Position): Promise<void> {
    let entry: Waiting | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        entry = { source, position, resolve, reject };
        this.#waiting.add(entry);
        timer = setTimeout(
          () => reject(new Error(`${this.#group} did not reach ${position} at ${source} in time`)),
          PATIENCE_MS,
        );
        // It may have been reached before anybody asked.
        this.#look();
      });
    } finally {
      clearTimeout(timer);
      if (entry) this.#waiting.delete(entry);
    }
  }

  #look(): void {
    this.#lookAgain = true;
    if (this.#looking || this.#waiting.size === 0) return;
    this.#looking = true;
    this.#readWhileAsked()
      .catch((error: unknown) => {
        for (const { reject } of this.#waiting) reject(error);
      })
      .finally(() => (this.#looking = false));
  }

  async #readWhileAsked(): Promise<void> {
    while (this.#lookAgain) {
      this.#lookAgain = false;
      const { rows } = await this.#pool.query<{ source: FeedSource; position: string }>({
        name: 'bench-checkpoints',
        text: 'SELECT source, position FROM event_feed.checkpoint WHERE group_name = $1',
        values: [this.#group],
      });
      const positions = new Map(rows.map(({ source, position }) => [source, BigInt(position)]));
      for (const { source, position, resolve } of this.#waiting) {
        if ((positions.get(source) ?? -1n) >= position) resolve();
      }
    }
  }
}
