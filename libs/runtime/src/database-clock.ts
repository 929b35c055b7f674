import type { Clock } from '#platform';

/** Milliseconds between two comparisons with the database's clock. */
const COMPARE_EVERY_MS = 60_000;
/** The machine's clock and its count of milliseconds part by so much only when somebody set the clock, or the machine slept. */
const JUMP_MS = 1000;

export interface DatabaseClockOptions {
  /** Asks the database for its present, in milliseconds since 1970. */
  readonly ask: () => Promise<number>;
  /** Told when it could not be asked; the clock goes on as it is. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds that only grow, whatever is done to the machine's clock. Default `performance.now`. */
  readonly elapsed?: () => number;
  /** The machine's clock, in milliseconds since 1970. Default `Date.now`. */
  readonly machine?: () => number;
}

/**
 * The one time of a system: that of its database, however wrong the clocks of the machines are that its processes run on. It is
 * asked for at first and every minute, and counted on from there. An answer tells the difference to within the time that it took: a
 * slow one that agrees changes nothing (Cristian, Probabilistic clock synchronization, 1989).
 */
export class DatabaseClock implements Clock {
  readonly #ask: () => Promise<number>;
  readonly #onError: (error: unknown) => void;
  readonly #elapsed: () => number;
  readonly #machine: () => number;
  #timer: NodeJS.Timeout | undefined;
  #comparing: Promise<void> | undefined;
  /** The database's clock less the milliseconds elapsed. */
  #offsetMs = NaN;
  /** The machine's clock less the milliseconds elapsed, when they were last compared. */
  #machineOffsetMs = NaN;

  private constructor(options: DatabaseClockOptions) {
    this.#ask = options.ask;
    this.#onError = options.onError;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#machine = options.machine ?? (() => Date.now());
  }

  /** Rejects when the database cannot be asked. */
  static async start(options: DatabaseClockOptions): Promise<DatabaseClock> {
    const clock = new DatabaseClock(options);
    await clock.#compare();
    clock.#timer = setInterval(() => clock.#compareSoon(), COMPARE_EVERY_MS).unref();
    return clock;
  }

  now(): Date {
    const elapsed = this.#elapsed();
    // While a machine sleeps, nothing is counted.
    if (Math.abs(this.#machine() - elapsed - this.#machineOffsetMs) > JUMP_MS) this.#compareSoon();
    return new Date(elapsed + this.#offsetMs);
  }

  /** Resolves when a comparison that is under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#comparing;
  }

  #compareSoon(): void {
    this.#comparing ??= this.#compare()
      .catch(this.#onError)
      .finally(() => (this.#comparing = undefined));
  }

  async #compare(): Promise<void> {
    const asked = this.#elapsed();
    const present = await this.#ask();
    const answered = this.#elapsed();
    // The database looked at its clock at some time between the two.
    const [least, most] = [present - answered, present - asked];
    if (Number.isNaN(this.#offsetMs)) this.#offsetMs = (least + most) / 2;
    else this.#offsetMs = Math.min(Math.max(this.#offsetMs, least), most);
    this.#machineOffsetMs = this.#machine() - answered;
  }
}
