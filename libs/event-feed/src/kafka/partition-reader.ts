import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import {
  CheckpointMoved,
  LATE_HEADER,
  START,
  STORE_SOURCE,
  UndecodableRecord,
  type EventRecords,
  type FeedSource,
  type FeedSubscription,
  type Position,
  type ReceivedRecord,
} from '#event-sourcing';
import type { Logger } from '#platform';
import { backoffMs, pause } from '../delivery/backoff';
import { faultOf, isOfSurroundings } from '../delivery/failures';
import type { FeedEntry } from '../delivery/feed-entry';
import { DeliveryEnded, SourceDelivery } from '../delivery/source-delivery';
import type { Parking } from '../parking/parking';
import type { CatchUp } from './catch-up';
import type { KafkaSources } from './kafka-sources';

export const DEFAULT_BATCH = 500;
/** A checkpoint is moved over records that do not concern the group only this seldom: each move is a write. */
const EMPTY_STRIDE = 5000n;

export interface PartitionReaderParts {
  readonly topic: string;
  readonly partition: number;
  readonly source: FeedSource;
  readonly subscription: FeedSubscription;
  readonly records: EventRecords;
  readonly sources: KafkaSources;
  readonly parking: Parking;
  readonly catchUp: CatchUp;
  readonly logger: Logger;
  /** Makes the consumer go on at the offset. */
  readonly seek: (offset: string) => void;
}

/** Reads one partition for as long as it is assigned to this consumer. */
export class PartitionReader {
  readonly #parts: PartitionReaderParts;
  readonly #ended = new AbortController();
  readonly #delivery: SourceDelivery;
  readonly #types: ReadonlySet<string> | undefined;
  /** Where the consumer was sent to. */
  #next: string | undefined;
  /** Position of the last event met, wanted or not. */
  #seen: Position = START;
  /** What is under way: one at a time. */
  #turn: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(parts: PartitionReaderParts) {
    this.#parts = parts;
    this.#types = parts.subscription.types && new Set(parts.subscription.types);
    this.#delivery = new SourceDelivery({ ...parts, signal: this.#ended.signal });
  }

  /** Where the partition stood when it was read last. */
  get offset(): string | null {
    return this.#delivery.checkpoint.offset;
  }

  /** Whether events of some stream are parked. */
  get hasParked(): boolean {
    return this.#delivery.hasParked;
  }

  /** Loads the checkpoint and catches up where need be, once `before` has ended. `sought` is where the consumer is now. */
  start(before: Promise<unknown>, sought: string | undefined): void {
    this.#next = sought;
    void this.#inTurn(async () => {
      await before;
      await this.#prepare();
    });
  }

  /** Nothing is delivered any more once this resolves; a transaction that is under way ends by itself. */
  async end(): Promise<void> {
    this.#ended.abort();
    await this.#turn;
  }

  /** Somebody asked for a replay, or dropped something. */
  parkedChanged(): void {
    void this.#inTurn(async () => {
      await this.#delivery.reloadParked();
      await this.#delivery.replay();
    });
  }

  /** Deals with a batch that the consumer fetched. Never throws: what fails is read again. */
  handle(payload: EachBatchPayload): Promise<void> {
    return this.#inTurn(() => this.#consume(payload));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(() => this.#guarded(work));
    return this.#turn;
  }

  /** However it fails, an error that reached the consumer would stop it. So it begins again at the stored checkpoint. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#ended;
    for (let next: () => Promise<void> = work; !signal.aborted; next = () => this.#prepare()) {
      try {
        await next();
        this.#failures = 0;
        return;
      } catch (error) {
        if (error instanceof DeliveryEnded) return;
        if (error instanceof CheckpointMoved) continue;
        this.#failures += 1;
        this.#parts.subscription.onError?.(error, this.#failures, this.#parts.source);
        await pause(backoffMs(this.#failures), signal);
      }
    }
  }

  async #prepare(): Promise<void> {
    const { subscription, seek } = this.#parts;
    const stored = await this.#delivery.load();
    // A group that read the store's feed until now goes on where it was.
    const from = stored ?? (await subscription.load(STORE_SOURCE));
    if (this.#delivery.checkpoint.offset === null) await this.#catchUpFrom(from?.position ?? START, null);
    const { position, offset } = this.#delivery.checkpoint;
    this.#seen = position;
    if (offset !== null && offset !== this.#next) {
      this.#next = offset;
      seek(offset);
    }
    await this.#delivery.replay();
  }

  async #catchUpFrom(from: Position, offset: string | null): Promise<void> {
    const { topic, partition, source, subscription, catchUp, logger } = this.#parts;
    logger.info({ group: subscription.group, source, from: from.toString() }, 'catching up from the event store');
    await catchUp.run({ topic, partition, source, delivery: this.#delivery, signal: this.#ended.signal, from, offset });
  }

  async #consume(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const [first] = batch.messages;
    if (!first || payload.isStale() || !payload.isRunning()) return;
    // The broker no longer has, or never had, what comes next: the client went elsewhere without a word.
    if (this.#next !== undefined && first.offset !== this.#next) {
      await this.#catchUpFrom(this.#delivery.checkpoint.position, first.offset);
      this.#seen = this.#delivery.checkpoint.position;
    }
    const { batchSize = DEFAULT_BATCH } = this.#parts.subscription;
    for (let at = 0; at < batch.messages.length && payload.isRunning() && !payload.isStale(); at += batchSize) {
      const messages = batch.messages.slice(at, at + batchSize);
      const last = messages.at(-1)?.offset ?? first.offset;
      await this.#deliver(await this.#entriesOf(messages), (BigInt(last) + 1n).toString());
      payload.resolveOffset(last);
    }
  }

  async #deliver(entries: readonly FeedEntry[], next: string): Promise<void> {
    const passedBy = BigInt(next) - BigInt(this.#delivery.checkpoint.offset ?? next);
    if (entries.length > 0 || passedBy >= EMPTY_STRIDE) {
      await this.#delivery.deliver(entries, { position: this.#seen, offset: next });
    }
    this.#next = next;
  }

  /** What the records hold, without repeats and unwanted types. */
  async #entriesOf(messages: readonly KafkaMessage[]): Promise<readonly FeedEntry[]> {
    const { topic, records } = this.#parts;
    const entries: FeedEntry[] = [];
    for (const { key, value, headers = {}, offset } of messages) {
      const record: ReceivedRecord = { topic, key, value, headers };
      try {
        const decoded = records.decode(record);
        const event = decoded instanceof Promise ? await decoded : decoded;
        const repeated = event.position <= this.#seen;
        if (repeated && headers[LATE_HEADER] === undefined) continue;
        if (!repeated) this.#seen = event.position;
        if (this.#types?.has(event.type) ?? true) entries.push({ event, streamId: event.streamId, offset });
      } catch (error) {
        if (isOfSurroundings(error)) throw error;
        if (this.#isOfAnotherType(error)) continue;
        const streamId = this.#parts.sources.streamOf(key, this.#parts.source);
        entries.push({ event: null, streamId, offset, record, fault: faultOf(error, 1) });
      }
    }
    return entries;
  }

  /** A type that this version does not know cannot be among those that it names. */
  #isOfAnotherType(error: unknown): boolean {
    return this.#types !== undefined && error instanceof UndecodableRecord && error.code === 'record.unknown-type';
  }
}
