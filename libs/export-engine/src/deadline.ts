import type { Limit } from './plan/limits';
import { tooSlow } from './limit-reached';
import type { ExportFailure } from './export-failure';

/** A longer timer would fire at once. @see https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Ends an export that takes too long. */
export class Deadline {
  /** Aborts when the export is to end, for whatever reason. */
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;
  #reached = false;

  /** @param limit in milliseconds from now; beyond 24 days there is none */
  constructor(
    private readonly limit: Limit,
    outer: AbortSignal,
  ) {
    const controller = new AbortController();
    this.signal = AbortSignal.any([outer, controller.signal]);
    if (limit.most > LONGEST_TIMER_MS) return;
    this.#timer = setTimeout(() => {
      this.#reached = !outer.aborted;
      controller.abort();
    }, limit.most);
  }

  /** What the error is if the time ran out; null when it did not. */
  failure(cause: unknown): ExportFailure | null {
    return this.#reached ? tooSlow(this.limit, cause) : null;
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
