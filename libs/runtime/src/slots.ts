/** Something that is under way and can be told to end. */
interface Endable {
  abort(reason: 'shutdown'): void;
}

export interface SlotsOptions<Work extends Endable> {
  /** How much may be under way at a time. */
  readonly size: number;
  /** Does it; never throws. */
  readonly run: (work: Work) => Promise<void>;
  /** Called when one has ended and its slot is free again. */
  readonly onFree: (work: Work) => void;
}

/** What a process has under way. */
export class Slots<Work extends Endable> {
  readonly #options: SlotsOptions<Work>;
  readonly #running = new Map<Work, Promise<void>>();

  constructor(options: SlotsOptions<Work>) {
    this.#options = options;
  }

  get free(): number {
    return this.#options.size - this.#running.size;
  }

  get busy(): readonly Work[] {
    return [...this.#running.keys()];
  }

  fill(work: Work): void {
    const run = this.#options.run(work).finally(() => {
      this.#running.delete(work);
      this.#options.onFree(work);
    });
    this.#running.set(work, run);
  }

  /**
   * Lets what is under way end for a while, then tells it to end and waits for that as well.
   *
   * @param graceMs milliseconds in which it may end by itself
   * @param abortMs milliseconds in which it may notice that it was told to
   * @returns what goes on even then
   */
  async empty(graceMs: number, abortMs: number): Promise<readonly Work[]> {
    await this.#idle(graceMs);
    for (const work of this.busy) work.abort('shutdown');
    await this.#idle(abortMs);
    return this.busy;
  }

  /** Until nothing is under way any more, or the time is over. */
  async #idle(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
    await Promise.race([Promise.all(this.#running.values()), timeout]);
    clearTimeout(timer);
  }
}
