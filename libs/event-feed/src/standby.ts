import { START, STORE_SOURCE, type EventStore, type FeedSubscription, type Position } from '#event-sourcing';
import { pause } from './delivery/backoff';

/** How long a checkpoint may stand still while events wait, before a standby takes its mover's place. */
const PATIENCE_MS = 1000;

export interface StandbyParts {
  readonly store: EventStore;
  readonly subscription: FeedSubscription;
  readonly signal: AbortSignal;
  /** Milliseconds; default 1,000. */
  readonly patienceMs?: number | undefined;
}

/**
 * Waits while another instance moves the group's checkpoint: both would read every event, one of them for nothing. Returns
 * when the other one is silent although events wait, which takes two looks; at once when the checkpoint was set back; and when
 * the signal is aborted.
 *
 * @param overtakenAt where this instance stood when the other one was faster
 */
export async function standBy(
  { store, subscription, signal, patienceMs = PATIENCE_MS }: StandbyParts,
  overtakenAt: Position,
): Promise<void> {
  const { types } = subscription;
  let checkpoint = overtakenAt;
  /** Nothing that the group takes is stored after its checkpoint up to here. */
  let lookedUpTo = overtakenAt;
  let anyWait = false;
  while (!signal.aborted) {
    const stored = (await subscription.load(STORE_SOURCE))?.position ?? START;
    if (stored < checkpoint || (stored === checkpoint && anyWait)) return;
    lookedUpTo = stored > lookedUpTo ? stored : lookedUpTo;
    checkpoint = stored;
    const { events, readUpTo } = await store.readAll({ after: lookedUpTo, limit: 1, ...(types && { types }) });
    anyWait = events.length > 0;
    if (!anyWait) lookedUpTo = readUpTo;
    await pause(patienceMs, signal);
  }
}
