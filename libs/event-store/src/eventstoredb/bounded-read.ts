import { StreamNotFoundError, type StreamingRead } from '@eventstore/db-client';
import { EventStoreDbError, failureOf, noAnswer } from './failures';

export interface BoundedRead {
  /** Names the read in errors. */
  readonly call: string;
  /** Milliseconds that may pass until the first event, and from one to the next. */
  readonly deadlineMs: number;
  /** Aborted when the client is disposed of: it then ends its reads as if there were no more events. */
  readonly closed: AbortSignal;
}

/**
 * Hands the events of a read to `take`, one by one, until it answers `false` or there are no more; a stream that does not
 * exist has none. Rejects with an `EventStoreDbError` when the read fails or the server falls silent.
 */
export function readBounded<Event>(
  read: StreamingRead<Event>,
  { call, deadlineMs, closed }: BoundedRead,
  take: (event: Event) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (outcome: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      // Harmless after the end; the error listener below stays for what the client still reports.
      void read.cancel().catch(() => undefined);
      outcome();
    };
    const fail = (error: unknown): void => settle(() => reject(failureOf(call, error)));
    const timer = setTimeout(() => fail(noAnswer(call, deadlineMs)), deadlineMs);
    read.on('error', (error) => {
      if (error instanceof StreamNotFoundError) settle(resolve);
      else fail(error);
    });
    read.on('end', () => {
      if (closed.aborted) fail(new EventStoreDbError(call, 'closed', 'the store was closed meanwhile'));
      else settle(resolve);
    });
    read.on('data', (event: Event) => {
      if (settled) return;
      timer.refresh();
      try {
        if (!take(event)) settle(resolve);
      } catch (error) {
        fail(error);
      }
    });
  });
}
