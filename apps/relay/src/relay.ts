import type { Kafka } from 'kafkajs';
import { LeaderElection, LeaderLease, type LeaderTerm, type NotificationListener, type Pool } from '#database';
import { loadCheckpoint, moveCheckpoint } from '#event-feed';
import type { EventFeed, EventRecords, FeedBatch } from '#event-sourcing';
import type { Logger } from '#platform';
import { BatchPublisher, type PublishSignals } from './publishing/batch-publisher';
import { RecordPublisher } from './publishing/record-publisher';

/** The relay's name as a group of the store's feed, and as a leader. */
export const RELAY_GROUP = 'relay';

const BATCH_EVENTS = 2000;
/** Milliseconds that a stop waits for what was sent to be acknowledged. */
const STOP_PATIENCE_MS = 5000;
const WORRY_AFTER_MS = 10_000;

export interface RelayParts {
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  /** The store's own feed: the relay needs the one order over all streams. */
  readonly storeFeed: EventFeed;
  readonly kafka: Kafka;
  readonly records: EventRecords;
  readonly logger: Logger;
  /** Default: the lease named `relay`, of 3 seconds. For tests. */
  readonly lease?: LeaderLease;
  /** Milliseconds at the same events after which the health check tells; default 10,000. */
  readonly worryAfterMs?: number;
}

/**
 * Publishes what was stored to Kafka, in the store's order. Of all instances one leads, the others stand by. The checkpoint
 * moves after Kafka's acknowledgement and only in the leader's term, so a change of leaders may repeat records but neither
 * loses one nor lets a first copy overtake another of its partition.
 */
export class Relay {
  readonly #parts: RelayParts;
  readonly #election: LeaderElection;
  /** When the batch at hand was begun, on the process's own clock. */
  #atSince: number | undefined;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    const { pool, notifications, logger } = parts;
    const onError = (error: unknown): void =>
      logger.warn({ err: error }, 'the lease of the relay could not be renewed');
    const lease = parts.lease ?? new LeaderLease(pool, { name: RELAY_GROUP, onError });
    this.#election = new LeaderElection(lease, notifications, {
      lead: (term, stopping) => this.#lead(term, stopping),
      onError: (error) => logger.error({ err: error }, 'the relay cannot lead, trying again'),
    });
  }

  async start(): Promise<void> {
    this.#parts.logger.info('relay stands by');
    await this.#election.start();
  }

  /** Waits for what was sent to be acknowledged, at most five seconds, and lets a standby take over. */
  async stop(): Promise<void> {
    await this.#election.stop();
  }

  /** For the health check: null, or a sentence once the same events have been at hand for long. */
  get problem(): string | null {
    if (this.#atSince === undefined) return null;
    const waitedMs = performance.now() - this.#atSince;
    if (waitedMs < (this.#parts.worryAfterMs ?? WORRY_AFTER_MS)) return null;
    return `the relay has been at the same events for ${Math.floor(waitedMs / 1000)} seconds; the log says why`;
  }

  async #lead(term: LeaderTerm, stopping: AbortSignal): Promise<void> {
    const { storeFeed, kafka, records, logger, pool } = this.#parts;
    const publisher = new RecordPublisher(kafka);
    const patience = new AbortController();
    const ending = AbortSignal.any([term.lost, stopping]);
    const signals = { ending, givingUp: AbortSignal.any([term.lost, patience.signal]) };
    const batches = new BatchPublisher({
      records,
      publisher,
      assertLeader: () => term.assertSure(),
      onError: (error, tries) => logger.error({ err: error, tries }, 'Kafka did not take the events, trying again'),
      onRecovered: () => logger.info('Kafka takes events again'),
    });
    try {
      const subscription = await storeFeed.subscribe({
        group: RELAY_GROUP,
        batchSize: BATCH_EVENTS,
        parks: true,
        load: (source) => loadCheckpoint(pool, RELAY_GROUP, source),
        handle: (batch) => this.#relay(batch, batches, term, signals),
        onError: (error, tries) => {
          // How a term ends is told below.
          if (!ending.aborted) logger.error({ err: error, tries }, 'relay failed, trying again');
        },
      });
      logger.info({ term: term.number.toString() }, 'relay leads');
      await aborted(ending);
      const timer = setTimeout(() => patience.abort(), STOP_PATIENCE_MS);
      await subscription.stop();
      clearTimeout(timer);
    } finally {
      this.#atSince = undefined;
      await publisher.close();
    }
    if (term.lost.aborted) {
      logger.warn({ term: term.number.toString() }, 'relay lost the leadership and stands by');
    }
  }

  async #relay(batch: FeedBatch, batches: BatchPublisher, term: LeaderTerm, signals: PublishSignals): Promise<void> {
    this.#atSince ??= performance.now();
    // What was parked until now comes after later events of its partition.
    const late = (batch.settled?.length ?? 0) > 0;
    await batches.publish(batch.events, signals, late);
    await term.transaction((client) => moveCheckpoint(client, RELAY_GROUP, batch));
    this.#atSince = undefined;
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
