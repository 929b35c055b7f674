import type { Append, AppendOutcome } from '#event-sourcing';

/** Events that one call carries at most. More gain nothing and hold the append lock for longer. */
const MAX_EVENTS_PER_CALL = 1000;
/** Calls under way at a time: while one commits, the next ones are being sent, parsed and wait for the lock. */
const MAX_CALLS = 3;

export type AppendCall = (appends: readonly Append[]) => Promise<readonly AppendOutcome[]>;

interface Waiting {
  readonly append: Append;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the appends of all callers in this process into shared calls: those that arrive while a call is under way go
 * together into the next one. A stream stands at most once in a call.
 */
export class AppendQueue {
  readonly #call: AppendCall;
  #waiting: Waiting[] = [];
  #calls = 0;
  #scheduled = false;

  constructor(call: AppendCall) {
    this.#call = call;
  }

  add(append: Append): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
      this.#schedule();
    });
  }

  /** Waits for the end of the event loop's turn, so that callers which wake together travel together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#calls < MAX_CALLS && this.#waiting.length > 0) {
      const batch = this.#take();
      this.#calls += 1;
      void this.#run(batch);
    }
  }

  #take(): readonly Waiting[] {
    const streams = new Set<string>();
    const batch: Waiting[] = [];
    const passedOver: Waiting[] = [];
    let events = 0;
    let looked = 0;
    for (const waiting of this.#waiting) {
      const size = waiting.append.events.length;
      if (batch.length > 0 && events + size > MAX_EVENTS_PER_CALL) break;
      looked += 1;
      if (streams.has(waiting.append.streamId)) {
        passedOver.push(waiting);
      } else {
        streams.add(waiting.append.streamId);
        batch.push(waiting);
        events += size;
      }
    }
    this.#waiting = [...passedOver, ...this.#waiting.slice(looked)];
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#call(batch.map(({ append }) => append));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome) resolve(outcome);
        else reject(new Error('the event store gave no answer to an append'));
      });
    } catch (error) {
      if (batch.length > 1 && isOneAppendsFault(error)) {
        // One append's data may not spoil its neighbours: each goes again by itself.
        await Promise.all(batch.map((waiting) => this.#run([waiting])));
      } else {
        for (const { reject } of batch) reject(error);
      }
    } finally {
      this.#calls -= 1;
      this.#schedule();
    }
  }
}

/** Classes 22 (data exception) and 23 (constraint): the statement was refused for what it carried, nothing was stored. */
function isOneAppendsFault(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^2[23]/.test(code);
}
