import { setTimeout as wait } from 'node:timers/promises';
import { END, type EventStoreDBClient, type Position } from '@eventstore/db-client';
import type { Unsubscribe } from '#event-sourcing';
import type { Logger } from '#platform';
import { subscribeToAll, type AllSubscription } from './all-subscription';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 30_000;

/**
 * Tells listeners that something was appended, by a catch-up subscription that all of them share. When it breaks, it is made
 * anew, ever more slowly, from the last event or checkpoint that it had reached.
 */
export class AppendWatch {
  readonly #client: EventStoreDBClient;
  readonly #logger: Logger;
  readonly #deadlineMs: number;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #position: Position | typeof END = END;
  #begun: Promise<void> | undefined;
  #kept: Promise<void> | undefined;
  #current: AllSubscription | undefined;
  #wakeScheduled = false;

  /** `deadlineMs`: milliseconds within which the server has to confirm a subscription. */
  constructor(client: EventStoreDBClient, logger: Logger, deadlineMs: number) {
    this.#client = client;
    this.#logger = logger;
    this.#deadlineMs = deadlineMs;
  }

  /** Resolves when the subscription stands; rejects with an `EventStoreDbError` when it cannot be had. */
  async listen(listener: () => void): Promise<Unsubscribe> {
    this.#begun ??= this.#begin();
    await this.#begun;
    // One of its own for each call: the same function may listen twice.
    const call = (): void => listener();
    this.#listeners.add(call);
    return () => {
      this.#listeners.delete(call);
      return Promise.resolve();
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#listeners.clear();
    await this.#begun?.catch(() => undefined);
    await this.#current?.stop();
    await this.#kept;
  }

  async #begin(): Promise<void> {
    try {
      this.#current = await this.#subscribe();
      this.#kept = this.#keep(this.#current);
    } catch (error) {
      this.#begun = undefined;
      throw error;
    }
  }

  async #keep(first: AllSubscription): Promise<void> {
    for (let subscription: AllSubscription | undefined = first; subscription; subscription = await this.#again()) {
      this.#current = subscription;
      if (this.#closing.signal.aborted) await subscription.stop();
      const reason = await subscription.ended;
      if (!this.#closing.signal.aborted)
        this.#logger.warn({ err: reason }, 'the subscription to the event store broke');
    }
  }

  /** Tries until it stands, then wakes all: what was appended meanwhile may be known to nobody. Nothing once closed. */
  async #again(): Promise<AllSubscription | undefined> {
    for (let pause = FIRST_RETRY_MS; ; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
      await wait(pause, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      if (this.#closing.signal.aborted) return undefined;
      try {
        const subscription = await this.#subscribe();
        this.#wake();
        return subscription;
      } catch (error) {
        this.#logger.warn({ err: error }, 'the subscription to the event store could not be made again');
      }
    }
  }

  #subscribe(): Promise<AllSubscription> {
    return subscribeToAll(this.#client, {
      from: this.#position,
      deadlineMs: this.#deadlineMs,
      onEvent: (position) => {
        this.#position = position;
        this.#wake();
      },
      onCheckpoint: (position) => {
        this.#position = position;
      },
    });
  }

  /** One call for all the events of one turn of the event loop. */
  #wake(): void {
    if (this.#wakeScheduled) return;
    this.#wakeScheduled = true;
    setImmediate(() => {
      this.#wakeScheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }
}
