import { cancelled, type DeliveryError } from './delivery-error';

/** One signal for both reasons to stop: the caller's, and a limit of milliseconds. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** The error of whichever came first; null while neither has. */
  reason(): DeliveryError | null;
  /** Gives the timer back. */
  end(): void;
}

/** `expired` makes the error of the limit at the moment that it is asked for, so it can tell how far things were. */
export function timeLimit(caller: AbortSignal, ms: number, expired: () => DeliveryError): TimeLimit {
  const controller = new AbortController();
  let reason: DeliveryError | null = null;
  const stop = (why: DeliveryError): void => {
    reason ??= why;
    controller.abort();
  };
  const onCancel = (): void => stop(cancelled());
  const timer = setTimeout(() => stop(expired()), ms);
  caller.addEventListener('abort', onCancel, { once: true });
  if (caller.aborted) onCancel();
  return {
    signal: controller.signal,
    reason: () => reason,
    end() {
      clearTimeout(timer);
      caller.removeEventListener('abort', onCancel);
    },
  };
}

/** Waits for what cannot be stopped itself, no longer than until the signal is aborted. */
export async function orAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(new Error('aborted'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
