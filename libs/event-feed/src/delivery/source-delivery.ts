import {
  CheckpointMoved,
  PoisonEvent,
  START,
  STREAM_WAITS,
  type Checkpoint,
  type Fault,
  type FeedSource,
  type FeedSubscription,
  type ParkedEvent,
  type RecordedEvent,
} from '#event-sourcing';
import type { Logger } from '#platform';
import type { ParkedRow } from '../parking/parked-events';
import type { Parking } from '../parking/parking';
import { backoffMs, pause } from './backoff';
import { faultOf, isOfSurroundings } from './failures';
import { checkpointAfter, type FeedEntry } from './feed-entry';

/** An event that failed alone so often is parked. */
const TRIES = 3;

/** The subscription stopped or the source went to another instance: nothing more is delivered. */
export class DeliveryEnded extends Error {
  constructor(source: FeedSource) {
    super(`the delivery of ${source} has ended`);
    this.name = 'DeliveryEnded';
  }
}

export interface SourceDeliveryParts {
  readonly subscription: FeedSubscription;
  readonly source: FeedSource;
  /** Needed by subscriptions that park. */
  readonly parking: Parking | undefined;
  readonly logger: Logger | undefined;
  /** Aborted when the delivery ends. */
  readonly signal: AbortSignal;
}

/**
 * Hands the events of one source to a subscriber: tries again what fails, finds the one event of a batch that is to blame by
 * halving, and parks it with the later ones of its stream. One call at a time; `load` comes first.
 */
export class SourceDelivery {
  readonly #parts: SourceDeliveryParts;
  /** Parks only where the subscriber wants it. */
  readonly #parking: Parking | undefined;
  #checkpoint: Checkpoint = { position: START, offset: null };
  #waiting: ReadonlySet<string> = new Set();
  #failures = 0;

  constructor(parts: SourceDeliveryParts) {
    this.#parts = parts;
    this.#parking = parts.subscription.parks ? parts.parking : undefined;
  }

  /** As it is stored. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** Whether events of some stream are parked. */
  get hasParked(): boolean {
    return this.#waiting.size > 0;
  }

  /** Reads the stored checkpoint, null for a source never seen, and which streams have parked events. */
  async load(): Promise<Checkpoint | null> {
    const { subscription, source } = this.#parts;
    const stored = await subscription.load(source);
    this.#checkpoint = stored ?? { position: START, offset: null };
    await this.reloadParked();
    return stored;
  }

  async reloadParked(): Promise<void> {
    const { subscription, source } = this.#parts;
    this.#waiting = (await this.#parking?.waitingStreams(subscription.group, source)) ?? new Set();
  }

  /**
   * Delivers entries, which follow on the checkpoint, and moves it to `end`. Returns when every event is applied or parked;
   * throws `CheckpointMoved` when another instance was faster and `DeliveryEnded` when there is no more to be done.
   */
  async deliver(entries: readonly FeedEntry[], end: Checkpoint): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const { events, parked } = this.#sorted(entries);
      try {
        await this.#handle(events, parked, end);
        return;
      } catch (error) {
        this.#failed(error);
        if (this.#parking === undefined || isOfSurroundings(error) || events.length === 0) {
          await this.#wait(tries);
        } else if (error instanceof PoisonEvent) {
          const at = entries.findIndex(({ event }) => event?.position === error.event.position);
          return this.#parkAt(entries, Math.max(at, 0), faultOf(error, tries), end);
        } else if (entries.length > 1) {
          const half = entries.length >> 1;
          await this.deliver(entries.slice(0, half), checkpointAfter(this.#checkpoint, entries.slice(0, half)));
          return this.deliver(entries.slice(half), end);
        } else if (tries < TRIES) {
          await this.#wait(tries);
        } else {
          return this.#parkAt(entries, 0, faultOf(error, tries), end);
        }
      }
    }
  }

  /** Applies what somebody asked to replay, each stream in its order, as far as it goes. Throws as `deliver` does. */
  async replay(): Promise<void> {
    if (!this.#parking) return;
    const { subscription, source } = this.#parts;
    for (const stream of await this.#parking.toReplay(subscription.group, source)) {
      for (const [index, row] of stream.entries()) {
        const fault = await this.#replayed(row, this.#parking);
        if (!fault) continue;
        await this.#parking.failedAgain(row, stream.slice(index + 1), fault);
        break;
      }
      await this.reloadParked();
    }
  }

  /** Null when the event was applied, else why not. */
  async #replayed(row: ParkedRow, parking: Parking): Promise<Fault | null> {
    const { subscription, logger } = this.#parts;
    for (let tries = 1; ; tries += 1) {
      try {
        const event = await parking.recall(row);
        const wanted = subscription.types?.includes(event.type) ?? true;
        await this.#handle(wanted ? [event] : [], [], this.#checkpoint, [row.id]);
        logger?.info({ group: subscription.group, streamId: event.streamId, parkedId: row.id }, 'parked event applied');
        return null;
      } catch (error) {
        this.#failed(error);
        if (!isOfSurroundings(error)) return faultOf(error, 1);
        await this.#wait(tries);
      }
    }
  }

  async #parkAt(entries: readonly FeedEntry[], at: number, fault: Fault, end: Checkpoint): Promise<void> {
    const before = entries.slice(0, at);
    if (before.length > 0) await this.deliver(before, checkpointAfter(this.#checkpoint, before));
    const [culprit] = entries.slice(at, at + 1);
    if (!culprit) return;
    const after = entries.slice(at + 1);
    const alone = [{ ...culprit, fault }];
    await this.deliver(alone, after.length > 0 ? checkpointAfter(this.#checkpoint, alone) : end);
    if (after.length > 0) await this.deliver(after, end);
  }

  /** Tells apart what is tried and what is parked: faulty entries, and all that comes after one of the same stream. */
  #sorted(entries: readonly FeedEntry[]): { events: readonly RecordedEvent[]; parked: readonly ParkedEvent[] } {
    const events: RecordedEvent[] = [];
    const parked: ParkedEvent[] = [];
    const waiting = new Set(this.#waiting);
    for (const { event, streamId, offset, fault, record } of entries) {
      const waits = streamId !== null && waiting.has(streamId);
      if (event && !fault && !waits) {
        events.push(event);
        continue;
      }
      const why = fault ?? { code: STREAM_WAITS, message: 'an earlier event of its stream is parked', tries: 0 };
      parked.push({ streamId, event, record: record ?? null, offset, fault: why });
      if (streamId !== null) waiting.add(streamId);
    }
    return { events, parked };
  }

  async #handle(
    events: readonly RecordedEvent[],
    parked: readonly ParkedEvent[],
    end: Checkpoint,
    settled: readonly string[] = [],
  ): Promise<void> {
    const { subscription, source, signal, logger } = this.#parts;
    if (signal.aborted) throw new DeliveryEnded(source);
    if (parked[0] && !this.#parking) {
      throw new Error(`${source} cannot go on, nothing may be left out: ${parked[0].fault.message}`);
    }
    await subscription.handle({
      source,
      events,
      previous: this.#checkpoint,
      checkpoint: end,
      ...(parked.length > 0 && { parked }),
      ...(settled.length > 0 && { settled }),
    });
    this.#checkpoint = end;
    this.#failures = 0;
    if (parked.length === 0) return;
    this.#waiting = new Set([...this.#waiting, ...parked.flatMap(({ streamId }) => streamId ?? [])]);
    for (const { event, streamId, offset, fault } of parked) {
      const { group } = subscription;
      logger?.error({ group, source, offset, streamId, eventId: event?.id, ...fault }, 'event parked');
    }
  }

  /** Passes on what no further try can mend, and tells the subscriber of the rest. */
  #failed(error: unknown): void {
    const { subscription, source, signal } = this.#parts;
    if (error instanceof CheckpointMoved || error instanceof DeliveryEnded) throw error;
    if (signal.aborted) throw new DeliveryEnded(source);
    this.#failures += 1;
    subscription.onError?.(error, this.#failures, source);
  }

  async #wait(tries: number): Promise<void> {
    await pause(backoffMs(tries), this.#parts.signal);
    if (this.#parts.signal.aborted) throw new DeliveryEnded(this.#parts.source);
  }
}
