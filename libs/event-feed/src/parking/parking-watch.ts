import type { NotificationListener } from '#database';
import type { Unsubscribe } from '#event-sourcing';
import { PARKED_CHANNEL } from './parked-events';

/** Notifications only wake: what they miss is found within this time. */
const LOOK_ANYWAY_MS = 30_000;

/** Calls back soon after parked events of the group were added, dropped or asked to be replayed, and now and then anyway. */
export async function watchParked(
  notifications: NotificationListener,
  group: string,
  onChange: () => void,
): Promise<Unsubscribe> {
  const unlisten = await notifications.listen(PARKED_CHANNEL, (payload) => {
    // After a reconnection the payload is empty: anything may have been missed.
    if (payload === group || payload === '') onChange();
  });
  const timer = setInterval(onChange, LOOK_ANYWAY_MS).unref();
  return async () => {
    clearInterval(timer);
    await unlisten();
  };
}
