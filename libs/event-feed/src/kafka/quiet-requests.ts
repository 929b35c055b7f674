import { createRequire } from 'node:module';

/** The part of kafkajs's queue of requests to one broker that matters here (kafkajs 2.2.4, src/network/requestQueue). */
interface RequestQueue {
  /** Requests held back: too many are in flight already, or the broker asked for a pause. */
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

const { prototype } = createRequire(__filename)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
let quiet = false;

/**
 * Lets idle connections sleep. kafkajs 2.2.4 looks at the held-back requests by a timer that sets itself again although
 * there are none, with a time in the past: a thousand wake-ups a second and Node's `TimeoutNegativeWarning`. Without held-back
 * requests no timer is needed, because whoever holds back the next one sets it. Applies to every client of the process; may
 * be called again.
 */
export function quietRequests(): void {
  if (quiet) return;
  quiet = true;
  // Called with the queue as its `this` below.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
