import type { Claim } from './delivery-queue';

/** Why a delivery is to end before it has arrived. */
export type AbortReason = 'cancelled' | 'lease_lost' | 'shutdown';

/** A claim that this process is at, and the way to end it. */
export class RunningDelivery {
  readonly #controller = new AbortController();
  #abortedFor: AbortReason | null = null;

  constructor(readonly claim: Claim) {}

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get abortedFor(): AbortReason | null {
    return this.#abortedFor;
  }

  abort(reason: AbortReason): void {
    this.#abortedFor ??= reason;
    this.#controller.abort();
  }
}
