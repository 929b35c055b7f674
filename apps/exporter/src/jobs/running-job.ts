import type { Claim } from '../queue/export-queue';

/** Why a running export is to end before it is finished. */
export type AbortReason = 'cancelled' | 'lease_lost' | 'stuck' | 'shutdown';

/** Milliseconds that an export which was told to end is waited for. */
const ABANDON_AFTER_MS = 5000;

/** A claim that a worker of this process is at: how far it is, and the way to end it. */
export class RunningJob {
  readonly #controller = new AbortController();
  #rows = 0;
  #bytes = 0;
  #progressed = false;
  #abortedFor: AbortReason | null = null;
  /** When the lease was last known to be held, on the process's monotonic clock. */
  #heldAt = performance.now();
  /** From when on it counts that nothing is heard of it, on the same clock. */
  #silentSince = performance.now();
  readonly #abandonAfterMs: number;
  #abandon: (reason: Error) => void = () => undefined;
  /** Rejects when the export goes on although it was told to end: nobody waits for it any more. */
  readonly abandoned: Promise<never>;

  constructor(
    readonly claim: Claim,
    abandonAfterMs = ABANDON_AFTER_MS,
  ) {
    this.#abandonAfterMs = abandonAfterMs;
    this.abandoned = new Promise<never>((_resolve, reject) => (this.#abandon = reject));
    // Most exports end when they are told to, and then nobody listens.
    this.abandoned.catch(() => undefined);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get abortedFor(): AbortReason | null {
    return this.#abortedFor;
  }

  abort(reason: AbortReason): void {
    if (this.#abortedFor !== null) return;
    this.#abortedFor = reason;
    this.#controller.abort();
    const error = new Error('the export does not end although it was told to');
    setTimeout(() => this.#abandon(error), this.#abandonAfterMs).unref();
  }

  report(rows: number, bytes: number): void {
    const progressed = rows !== this.#rows || bytes !== this.#bytes;
    this.#progressed ||= progressed;
    if (progressed) this.step(0);
    this.#rows = rows;
    this.#bytes = bytes;
  }

  /** It has come further; the next sign of life may take so many milliseconds. */
  step(quietMs: number): void {
    this.#silentSince = performance.now() + quietMs;
  }

  /** True when nothing was heard of it for so many milliseconds longer than it may be quiet. */
  isStuck(stuckMs: number): boolean {
    return performance.now() - this.#silentSince >= stuckMs;
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
