import type { Logger } from '#platform';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

export interface RoundLoopOptions {
  /** Does what there is to do, and gives the milliseconds after which to look again unless woken before. */
  readonly runRound: () => Promise<number>;
  readonly logger: Logger;
  /** Most milliseconds between rounds that fail; default 30,000. */
  readonly longestRetryMs?: number;
  /** What a round that failed is to people, in the log and to programs. */
  readonly failure: { readonly problem: string; readonly code: string; readonly message: string };
}

/** Runs rounds one after another, and sleeps between them until it is time or somebody wakes it. A round that fails is tried again. */
export class RoundLoop {
  readonly #options: RoundLoopOptions;
  #running: Promise<void> | undefined;
  #stopped = false;
  #woken = false;
  #endSleep: (() => void) | undefined;
  #problem: string | null = null;

  constructor(options: RoundLoopOptions) {
    this.#options = options;
  }

  /** Null when the last round succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#problem;
  }

  /** A round that takes long looks at it between its steps. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Looks again soon: something changed. */
  wake(): void {
    this.#woken = true;
    this.#endSleep?.();
  }

  /** Lets the step at hand end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endSleep?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { runRound, logger, failure, longestRetryMs = LONGEST_RETRY_MS } = this.#options;
    let failures = 0;
    while (!this.#stopped) {
      this.#woken = false;
      try {
        const pauseMs = await runRound();
        failures = 0;
        this.#problem = null;
        await this.#sleep(pauseMs);
      } catch (error) {
        failures += 1;
        this.#problem = failure.problem;
        logger.error({ err: error, failures, code: failure.code }, failure.message);
        await this.#sleep(Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), longestRetryMs));
      }
    }
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (this.#stopped || this.#woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endSleep = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endSleep = undefined;
  }
}
