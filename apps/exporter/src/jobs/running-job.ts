import type { Claim } from '../queue/export-queue';

/** Why a running export is to end before it is finished. */
export type AbortReason = 'cancelled' | 'lease_lost' | 'shutdown';

/** A claim that a worker of this process is at: how far it is, and the way to end it. */
export class RunningJob {
  readonly #controller = new AbortController();
  #rows = 0;
  #bytes = 0;
  #progressed = false;
  #abortedFor: AbortReason | null = null;
  /** When the lease was last known to be held, on the process's monotonic clock. */
  #heldAt = performance.now();

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

  report(rows: number, bytes: number): void {
    this.#progressed ||= rows !== this.#rows || bytes !== this.#bytes;
    this.#rows = rows;
    this.#bytes = bytes;
  }

  /** What has to be told now; asking makes it told. */
  takeProgress(): { readonly rows: number; readonly bytes: number; readonly progressed: boolean } {
    const progressed = this.#progressed;
    this.#progressed = false;
    return { rows: this.#rows, bytes: this.#bytes, progressed };
  }

  /** The lease was prolonged by a statement sent at this time. */
  heldSince(sentAt: number): void {
    this.#heldAt = sentAt;
  }

  /** True when nobody has confirmed the lease for as long as it lasts. */
  isOverdue(leaseMs: number): boolean {
    return performance.now() - this.#heldAt >= leaseMs;
  }
}
