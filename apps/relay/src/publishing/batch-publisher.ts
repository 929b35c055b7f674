import type { RecordedEvent, EventRecords } from '#event-sourcing';
import { encodeEvents, type Parcel } from './encode-events';
import type { RecordPublisher } from './record-publisher';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;

export interface BatchPublisherParts {
  readonly records: EventRecords;
  readonly publisher: RecordPublisher;
  /** Throws when this process may publish no longer. */
  readonly assertLeader: () => void;
  /** Told of each failed try in a row (1, 2, …). */
  readonly onError: (error: unknown, tries: number) => void;
  /** Told that a try succeeded after failed ones. */
  readonly onRecovered: () => void;
}

export interface PublishSignals {
  /** Aborted when no further try is to be made. */
  readonly ending: AbortSignal;
  /** Aborted when the try under way is not to be waited for. */
  readonly givingUp: AbortSignal;
}

/** Publishes batches of events, each as often as it takes. */
export class BatchPublisher {
  readonly #parts: BatchPublisherParts;

  constructor(parts: BatchPublisherParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when Kafka has acknowledged all events, in their order; `late` marks those that were set aside until now.
   * What fails is tried again for ever, since nothing may overtake it. Throws `PoisonEvent` once the parcels before it were
   * sent, what `assertLeader` throws, and the reason of a signal.
   */
  async publish(events: readonly RecordedEvent[], signals: PublishSignals, late = false): Promise<void> {
    let sending: Promise<void> = Promise.resolve();
    try {
      // The next parcel is encoded while the one before is on its way.
      for (const parcel of encodeEvents(this.#parts.records, events, late)) {
        await sending;
        sending = this.#send(parcel, signals);
      }
    } finally {
      await sending;
    }
  }

  async #send(parcel: Parcel, { ending, givingUp }: PublishSignals): Promise<void> {
    const { publisher, assertLeader, onError, onRecovered } = this.#parts;
    for (let tries = 1; ; tries += 1) {
      assertLeader();
      try {
        await publisher.send(parcel, givingUp);
        if (tries > 1) onRecovered();
        return;
      } catch (error) {
        givingUp.throwIfAborted();
        onError(error, tries);
        await pause(Math.min(FIRST_RETRY_MS * 2 ** (tries - 1), LAST_RETRY_MS), ending);
      }
    }
  }
}

/** Throws the signal's reason as soon as it is aborted. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
  signal.throwIfAborted();
}
