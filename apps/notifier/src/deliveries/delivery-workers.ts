import type { Logger } from '#platform';
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
  readonly #running = new Map<RunningDelivery, Promise<void>>();
  #claims = 0;
  #stopped = false;
  #woken = false;
  #endPause: (() => void) | undefined;
  #pumping: Promise<void> | undefined;
  #beats: NodeJS.Timeout | undefined;
  #problem: string | null = null;

  constructor(parts: DeliveryWorkersParts) {
    this.#parts = parts;
  }

  /** Null when the last look into the queue succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    this.#beats = setInterval(() => void this.beat(), this.#parts.queue.leaseMs / 3);
    this.#pumping = this.#pump();
  }

  /** A delivery may be ready: look into the queue. */
  wake(): void {
    this.#woken = true;
    this.#endPause?.();
  }

  /** Prolongs the leases, and hears of those that were cancelled or taken over. */
  async beat(): Promise<void> {
    const deliveries = [...this.#running.keys()];
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
    this.#stopped = true;
    this.wake();
    await this.#pumping;
    await this.#idle(STOP_GRACE_MS);
    for (const delivery of this.#running.keys()) delivery.abort('shutdown');
    await this.#idle(ABORT_GRACE_MS);
    clearInterval(this.#beats);
  }

  async #pump(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      try {
        await this.#pause(await this.#fillSlots());
        this.#problem = null;
      } catch (error) {
        this.#problem = 'the delivery queue cannot be read; see the log';
        this.#parts.logger.error({ err: error, code: 'notifier.queue_failed' }, 'no deliveries claimed');
        await this.#pause(AFTER_FAILURE_MS);
      }
    }
  }

  /** Gives the milliseconds until there is reason to look again. */
  async #fillSlots(): Promise<number> {
    const { queue, slots, name } = this.#parts;
    const free = slots - this.#running.size;
    if (free === 0) return LOOK_AGAIN_MS;
    const workers = Array.from({ length: free }, () => `${name}/${(this.#claims += 1)}`);
    // One slot is left for others, however slow a receiver is.
    const claims = await queue.claim({ workers, process: `${name}/`, perLane: Math.max(slots - 1, 1) });
    for (const claim of claims) this.#run(new RunningDelivery(claim));
    if (claims.length > 0) return this.#running.size < slots ? 0 : LOOK_AGAIN_MS;
    const nextInMs = (await queue.nextInMs()) ?? LOOK_AGAIN_MS;
    // What is ready and was not given waits for a slot of its lane.
    if (nextInMs === 0 && this.#running.size > 0) return LOOK_AGAIN_MS;
    return Math.min(Math.max(nextInMs, SHORTEST_PAUSE_MS), LOOK_AGAIN_MS);
  }

  #run(delivery: RunningDelivery): void {
    const run = this.#parts.run(delivery).finally(() => {
      this.#running.delete(delivery);
      this.wake();
    });
    this.#running.set(delivery, run);
  }

  /** Until no delivery is under way any more, or the time is over. */
  async #idle(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
    await Promise.race([Promise.all(this.#running.values()), timeout]);
    clearTimeout(timer);
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#stopped || this.#woken || milliseconds === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = undefined;
  }
}
