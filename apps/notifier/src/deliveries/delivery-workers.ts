import type { Logger } from '#platform';
import { RoundLoop, Slots } from '#runtime';
import type { DeliveryQueue } from './delivery-queue';
import { RunningDelivery } from './running-delivery';

/** Notifications only wake the workers: what they miss is found within this time. */
const LOOK_AGAIN_MS = 5000;
const SHORTEST_PAUSE_MS = 20;
const AFTER_FAILURE_MS = 1000;
/** Milliseconds that deliveries under way are given at a stop, and then to notice that they were ended. */
const STOP_GRACE_MS = 3000;
const ABORT_GRACE_MS = 5000;

export interface DeliveryWorkersParts {
  readonly queue: DeliveryQueue;
  readonly logger: Logger;
  /** Deliveries at a time. */
  readonly slots: number;
  /** Name of this process among all workers. */
  readonly name: string;
  /** Takes a claimed delivery through an attempt; never throws. */
  readonly run: (delivery: RunningDelivery) => Promise<void>;
}

/** Claims deliveries for as many slots as this process has, makes them, and prolongs their leases meanwhile. */
export class DeliveryWorkers {
  readonly #parts: DeliveryWorkersParts;
  readonly #slots: Slots<RunningDelivery>;
  readonly #loop: RoundLoop;
  #claims = 0;
  #beats: NodeJS.Timeout | undefined;

  constructor(parts: DeliveryWorkersParts) {
    this.#parts = parts;
    this.#slots = new Slots({ size: parts.slots, run: parts.run, onFree: () => this.wake() });
    this.#loop = new RoundLoop({
      runRound: () => this.#fillSlots(),
      logger: parts.logger,
      longestRetryMs: AFTER_FAILURE_MS,
      failure: {
        problem: 'the delivery queue cannot be read; see the log',
        code: 'notifier.queue_failed',
        message: 'no deliveries claimed',
      },
    });
  }

  /** Null when the last look into the queue succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#loop.problem;
  }

  start(): void {
    this.#beats = setInterval(() => void this.beat(), this.#parts.queue.leaseMs / 3);
    this.#loop.start();
  }

  /** A delivery may be ready: look into the queue. */
  wake(): void {
    this.#loop.wake();
  }

  /** Prolongs the leases, and hears of those that were cancelled or taken over. */
  async beat(): Promise<void> {
    const deliveries = this.#slots.busy;
    if (deliveries.length === 0) return;
    try {
      const answers = await this.#parts.queue.beat(deliveries.map(({ claim }) => claim));
      deliveries.forEach((delivery, index) => {
        if (answers[index] === 'taken') delivery.abort('lease_lost');
        if (answers[index] === 'cancelled') delivery.abort('cancelled');
      });
    } catch (error) {
      // The attempt goes on: should another worker take over, the attempt's number keeps this one's result out.
      this.#parts.logger.warn({ err: error, code: 'notifier.heartbeat_failed' }, 'leases not prolonged');
    }
  }

  /** Claims nothing more, lets deliveries under way end for a while, then ends them and hands them back. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#slots.empty(STOP_GRACE_MS, ABORT_GRACE_MS);
    clearInterval(this.#beats);
  }

  /** Gives the milliseconds until there is reason to look again. */
  async #fillSlots(): Promise<number> {
    const { queue, slots, name } = this.#parts;
    const { free } = this.#slots;
    if (free === 0) return LOOK_AGAIN_MS;
    const workers = Array.from({ length: free }, () => `${name}/${(this.#claims += 1)}`);
    // One slot is left for others, however slow a receiver is.
    const claims = await queue.claim({ workers, process: `${name}/`, perLane: Math.max(slots - 1, 1) });
    for (const claim of claims) this.#slots.fill(new RunningDelivery(claim));
    if (claims.length > 0) return this.#slots.free > 0 ? 0 : LOOK_AGAIN_MS;
    const nextInMs = (await queue.nextInMs()) ?? LOOK_AGAIN_MS;
    // What is ready and was not given waits for a slot of its lane.
    if (nextInMs === 0 && this.#slots.busy.length > 0) return LOOK_AGAIN_MS;
    return Math.min(Math.max(nextInMs, SHORTEST_PAUSE_MS), LOOK_AGAIN_MS);
  }
}
