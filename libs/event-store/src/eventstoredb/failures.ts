import { isCommandError, WrongExpectedVersionError } from '@eventstore/db-client';

/** A call that the event store did not answer as hoped. Names the call and the reason; holds no credentials. */
export class EventStoreDbError extends Error {
  /** The client's name of the reason: `unavailable`, `deadline-exceeded`, `access-denied`, … */
  readonly reason: string;

  constructor(call: string, reason: string, message: string) {
    super(`EventStoreDB, ${call}: ${message}`);
    this.name = 'EventStoreDbError';
    this.reason = reason;
  }
}

/** Turns whatever the client threw into an error that says which call failed. A wrong revision is not a failure: it stays. */
export function failureOf(call: string, error: unknown): Error {
  if (error instanceof WrongExpectedVersionError || error instanceof EventStoreDbError) return error;
  if (!(error instanceof Error)) return new EventStoreDbError(call, 'unknown', String(error));
  if (isCommandError(error)) return new EventStoreDbError(call, error.type, `${error.type} (${error.message})`);
  return new EventStoreDbError(call, 'unknown', error.message);
}

export function noAnswer(call: string, milliseconds: number): EventStoreDbError {
  return new EventStoreDbError(call, 'deadline-exceeded', `no answer within ${milliseconds} ms`);
}

/**
 * The outcome of a call, or a failure when it did not come in time. The client sets no deadline of its own for some of its
 * calls (server features, batches, reads), which would wait for ever on a server that hangs.
 */
export async function inTime<Answer>(call: string, milliseconds: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer(call, milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw failureOf(call, error);
  } finally {
    clearTimeout(timer);
  }
}
