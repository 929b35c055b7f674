/**
 * Counts records that come in batches, from the first batch on: joining a group waits for other members for some seconds,
 * whoever consumes.
 */
export class RateMeter {
  readonly #expected: number;
  #seen = 0;
  #counted = 0;
  #startedAt: number | undefined;

  /** @param expected records in all */
  constructor(expected: number) {
    this.#expected = expected;
  }

  /** Takes the size of a batch; gives records a second once all have come, before that undefined. */
  add(size: number): number | undefined {
    this.#seen += size;
    if (this.#startedAt === undefined) this.#startedAt = performance.now();
    else this.#counted += size;
    if (this.#seen < this.#expected) return undefined;
    return this.#counted / ((performance.now() - this.#startedAt) / 1000);
  }
}
