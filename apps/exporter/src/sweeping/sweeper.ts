import type { Logger } from '#platform';

/** Does a chore again and again, never twice at a time; a failure is logged and the chore done again next time. */
export class Sweeper {
  readonly #name: string;
  readonly #everyMs: number;
  readonly #chore: () => Promise<void>;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  /** @param everyMs milliseconds of rest between two runs */
  constructor(name: string, everyMs: number, chore: () => Promise<void>, logger: Logger) {
    this.#name = name;
    this.#everyMs = everyMs;
    this.#chore = chore;
    this.#logger = logger;
  }

  start(): void {
    this.#sweeping = this.#sweep();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    try {
      await this.#chore();
    } catch (error) {
      this.#logger.error({ err: error, sweep: this.#name, code: 'exporter.sweep_failed' }, 'sweep failed');
    }
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#sweeping = this.#sweep();
    }, this.#everyMs);
  }
}
