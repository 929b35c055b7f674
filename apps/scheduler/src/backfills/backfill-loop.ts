import { runBackfills, type BackfillParts } from './backfill-round';

/** A lost notification costs at most this much. */
const LOOK_AGAIN_MS = 60_000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

/** Lets backfills do what they have to whenever it is woken. */
export class BackfillLoop {
  readonly #parts: BackfillParts;
  #running: Promise<void> | undefined;
  #stopped = false;
  #woken = false;
  #endSleep: (() => void) | undefined;
  #problem: string | null = null;

  constructor(parts: BackfillParts) {
    this.#parts = parts;
  }

  /** Null when the last round succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Looks soon: a backfill may have something to do. */
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
    let failures = 0;
    while (!this.#stopped) {
      this.#woken = false;
      try {
        await runBackfills(this.#parts, () => !this.#stopped);
        failures = 0;
        this.#problem = null;
        await this.#sleep(LOOK_AGAIN_MS);
      } catch (error) {
        failures += 1;
        this.#problem = 'backfills do not move on; see the log';
        this.#parts.logger.error({ err: error, failures, code: 'scheduler.backfill_failed' }, 'backfill round failed');
        await this.#sleep(Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS));
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
