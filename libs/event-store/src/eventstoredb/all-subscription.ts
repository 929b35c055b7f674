import type { END } from '@eventstore/db-client';
import { excludeSystemEvents, type EventStoreDBClient, type Position } from '@eventstore/db-client';
import { EventStoreDbError, failureOf, inTime } from './failures';

/** Records that the server passes over before it tells how far it has looked. */
const CHECKPOINT_WINDOW = 1000;
const CALL = 'subscribing to $all';

export interface AllSubscription {
  /** Settles with the reason when it has ended, whoever ended it. Never rejects. */
  readonly ended: Promise<Error>;
  readonly stop: () => Promise<void>;
}

export interface AllSubscriptionOptions {
  readonly from: Position | typeof END;
  /** Milliseconds within which the server has to confirm. */
  readonly deadlineMs: number;
  readonly onEvent: (position: Position) => void;
  /** Called now and then while only system events pass by. */
  readonly onCheckpoint: (position: Position) => void;
}

/**
 * One catch-up subscription to `$all` without system events. Resolves when the server has confirmed it; rejects with an
 * `EventStoreDbError` when it does not.
 */
export async function subscribeToAll(
  client: EventStoreDBClient,
  { from, deadlineMs, onEvent, onCheckpoint }: AllSubscriptionOptions,
): Promise<AllSubscription> {
  const filter = excludeSystemEvents({
    maxSearchWindow: CHECKPOINT_WINDOW,
    checkpointReached: (_, position) => onCheckpoint(position),
  });
  const subscription = client.subscribeToAll({ fromPosition: from, filter });
  let end: (reason: Error) => void = () => undefined;
  const ended = new Promise<Error>((resolve) => (end = resolve));
  const stop = async (): Promise<void> => {
    end(new EventStoreDbError(CALL, 'stopped', 'stopped by the subscriber'));
    // Fails when there was never a connection: then nothing is left to end.
    await subscription.unsubscribe().catch(() => undefined);
  };
  subscription.on('error', (error) => end(failureOf(CALL, error)));
  subscription.on('end', () => end(new EventStoreDbError(CALL, 'ended', 'the server ended it')));
  subscription.on('data', ({ event }) => {
    if (event) onEvent(event.position);
  });
  const confirmed = new Promise<void>((resolve) => subscription.once('confirmation', resolve));
  const refused = ended.then((reason) => Promise.reject(reason));
  try {
    await inTime(CALL, deadlineMs, Promise.race([confirmed, refused]));
  } catch (error) {
    await stop();
    throw error;
  }
  return { ended, stop };
}
