import { DataSourceError } from '#data-sources';
import {
  isDeliveryEnded,
  toInstant,
  type DeliveryCommand,
  type DeliveryFailure,
  type DeliveryReceipt,
  type ExistingDelivery,
} from '#domain';
import type { FileStore } from '#file-store';
import type { Clock, Logger } from '#platform';
import { channelTo, failureOf, type ChannelParts } from './channels';
import type { DeliveryOutcome } from './delivery-history';
import type { Claim, DeliveryQueue } from './delivery-queue';
import { parcelOf } from './parcels';
import type { RunningDelivery } from './running-delivery';
import { Undeliverable } from './undeliverable';

/** A command that could not be stored is tried again after these milliseconds. */
const TELL_AGAIN_MS = [100, 400, 1600, 3200];
/** A delivery that could not even be looked at goes back to the queue for so long. */
const LOOK_AGAIN_MS = 5000;
/** Least time for which a delivery that is not due goes back, should this machine's clock be behind the database's. */
const NOT_DUE_MS = 50;

const WORKER_LOST: DeliveryFailure = {
  code: 'delivery.worker_lost',
  message: 'The process that made the delivery vanished. It may have arrived.',
  transient: true,
};
const TOO_LATE: DeliveryFailure = {
  code: 'delivery.deadline_passed',
  message: 'The deadline passed before the delivery could be tried.',
  transient: false,
};

export interface DeliveryRunnerParts extends ChannelParts {
  readonly queue: DeliveryQueue;
  readonly fileStore: FileStore;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds to wait after a failed attempt. */
  readonly retryDelayMs: (attempt: number, askedSeconds: number | null) => number;
}

/** Takes one claimed delivery through an attempt. The event store decides what is true; the queue row only holds the place. */
export class DeliveryRunner {
  constructor(private readonly parts: DeliveryRunnerParts) {}

  /** Never throws: whatever happens to one delivery is no other one's business. */
  async run(running: RunningDelivery): Promise<void> {
    const { queue, logger } = this.parts;
    const { deliveryId } = running.claim;
    try {
      await this.#attempt(running);
    } catch (error) {
      const code = 'notifier.delivery_interrupted';
      logger.error({ err: error, deliveryId, code }, 'delivery put back');
      await queue.release(running.claim, LOOK_AGAIN_MS).catch((cause: unknown) => {
        logger.error({ err: cause, deliveryId, code }, 'delivery left to its lease');
      });
    }
  }

  async #attempt(running: RunningDelivery): Promise<void> {
    const { history, queue, clock } = this.parts;
    const { claim } = running;
    const state = await history.delivery(claim.deliveryId);
    if (state.status === 'absent' || isDeliveryEnded(state)) return queue.remove(claim);
    const now = clock.now().getTime();
    if (claim.lost) return this.#fail(claim, state, WORKER_LOST, 0, null);
    const waitMs = state.retryAt === null ? 0 : Date.parse(state.retryAt) - now;
    if (waitMs > 0) return queue.release(claim, Math.max(waitMs, NOT_DUE_MS));
    if (Date.parse(state.deadline) <= now) return this.#fail(claim, state, TOO_LATE, 0, null);
    const startedAt = performance.now();
    const durationMs = (): number => Math.round(performance.now() - startedAt);
    let receipt: DeliveryReceipt;
    try {
      receipt = await this.#send(running, state);
    } catch (error) {
      if (running.abortedFor === 'lease_lost') return;
      if (running.abortedFor !== null) return this.#giveBack(claim);
      const { failure, retryAfterSeconds } = this.#explained(error, claim);
      return this.#fail(claim, state, failure, durationMs(), retryAfterSeconds);
    }
    const end = { ...this.#end(claim, state), durationMs: durationMs() };
    const outcome = await this.#tell({ type: 'CompleteDelivery', receipt, ...end }, claim);
    await this.#settled(claim, outcome);
  }

  async #send(running: RunningDelivery, state: ExistingDelivery): Promise<DeliveryReceipt> {
    const { request, attempt } = state;
    await this.parts.rights.requireOwner(state);
    const report = await this.parts.history.report(request.jobId);
    if (!report || report.expired) {
      throw new Undeliverable('delivery.output_expired', 'The files were removed: run the report again.');
    }
    const channel = await channelTo(state, this.parts);
    return channel.send(parcelOf(request, attempt + 1, report, this.parts), running.signal);
  }

  async #fail(
    claim: Claim,
    state: ExistingDelivery,
    failure: DeliveryFailure,
    durationMs: number,
    askedSeconds: number | null,
  ): Promise<void> {
    const end = this.#end(claim, state);
    const retryDelayMs = this.parts.retryDelayMs(end.attempt, askedSeconds);
    const command = { type: 'FailDeliveryAttempt', failure, retryDelayMs, durationMs, ...end } as const;
    await this.#settled(claim, await this.#tell(command, claim));
  }

  #end({ deliveryId, worker }: Claim, { attempt }: ExistingDelivery) {
    return { deliveryId, attempt: attempt + 1, worker, at: toInstant(this.parts.clock.now()) };
  }

  /** Logs what an attempt led to, and settles the row by what the stream says now. */
  async #settled(claim: Claim, outcome: DeliveryOutcome): Promise<void> {
    const { deliveryId } = claim;
    if (outcome.kind === 'done') {
      for (const event of outcome.events) {
        const told = 'failure' in event ? { code: event.failure.code, message: event.failure.message } : {};
        this.parts.logger.info({ deliveryId, event: event.type, ...told }, 'delivery attempt ended');
      }
    } else {
      const code = outcome.kind === 'refused' ? outcome.refusal.code : `delivery.${outcome.kind}`;
      this.parts.logger.warn({ deliveryId, code }, 'the delivery went another way');
    }
    await this.#giveBack(claim);
  }

  async #giveBack(claim: Claim): Promise<void> {
    const { history, queue, clock } = this.parts;
    const state = await history.delivery(claim.deliveryId);
    if (state.status === 'absent' || isDeliveryEnded(state)) return queue.remove(claim);
    const waitMs = state.retryAt === null ? 0 : Date.parse(state.retryAt) - clock.now().getTime();
    await queue.release(claim, Math.max(waitMs, 0));
  }

  /** Only what was meant for the owner goes into an event; anything else goes to the log. */
  #explained(error: unknown, { deliveryId }: Claim) {
    const known = failureOf(error);
    if (known) return known;
    if (error instanceof DataSourceError) {
      const { message, transient } = error;
      return { failure: { code: 'delivery.secret_unreadable', message, transient }, retryAfterSeconds: null };
    }
    this.parts.logger.error({ err: error, deliveryId, code: 'delivery.internal' }, 'delivery failed unexpectedly');
    const message =
      'The delivery failed for a reason inside the system. Its log tells more under the id of this delivery.';
    return { failure: { code: 'delivery.internal', message, transient: true }, retryAfterSeconds: null };
  }

  /** Stores a command's events; the same command again when the answer was lost. */
  async #tell(command: DeliveryCommand & { readonly deliveryId: string }, { worker }: Claim): Promise<DeliveryOutcome> {
    for (const delayMs of TELL_AGAIN_MS) {
      try {
        return await this.parts.history.execute(command, worker);
      } catch (error) {
        const { deliveryId, type } = command;
        this.parts.logger.warn({ err: error, deliveryId, command: type, code: 'notifier.not_stored' }, 'trying again');
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
    return this.parts.history.execute(command, worker);
  }
}
