import type { EventStore, Position, ReadPage } from '#event-sourcing';

/** Events in a shared page. */
export const PAGE_EVENTS = 1000;
/** Pages kept: a few megabytes, enough for subscribers that follow each other closely. */
const KEPT = 12;

/**
 * Pages of all events, read once for all subscribers of a process that catch up together. Only full pages are kept: the
 * events in them never change and nothing comes between them, while the last page grows.
 */
export class SharedPages {
  readonly #store: EventStore;
  readonly #kept = new Map<Position, ReadPage>();
  readonly #underWay = new Map<Position, { readonly page: Promise<ReadPage>; readonly generation: number }>();
  #generation = 0;

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** Something was appended: a read that began before may lack it and must not answer one that begins now. */
  appended(): void {
    this.#generation += 1;
  }

  async read(after: Position): Promise<ReadPage> {
    const kept = this.#kept.get(after);
    if (kept) return kept;
    const underWay = this.#underWay.get(after);
    if (underWay && underWay.generation === this.#generation) return underWay.page;
    const reading = { page: this.#store.readAll({ after, limit: PAGE_EVENTS }), generation: this.#generation };
    this.#underWay.set(after, reading);
    try {
      const page = await reading.page;
      if (page.more) this.#keep(after, page);
      return page;
    } finally {
      if (this.#underWay.get(after) === reading) this.#underWay.delete(after);
    }
  }

  #keep(after: Position, page: ReadPage): void {
    this.#kept.set(after, page);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) return;
      this.#kept.delete(oldest);
    }
  }
}
