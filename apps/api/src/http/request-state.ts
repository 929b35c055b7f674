import type { Request } from 'express';
import type { Session } from '#access';

/** What is known of a request from its first moment on. */
export interface RequestState {
  readonly correlationId: string;
  readonly traceparent: string | null;
  readonly receivedAt: Date;
  session: Session | null;
  /** Path of the route that took it, for logs. */
  route: string | null;
}

const states = new WeakMap<Request, RequestState>();

export function setRequestState(request: Request, state: RequestState): void {
  states.set(request, state);
}

export function requestState(request: Request): RequestState {
  const state = states.get(request);
  if (!state) throw new Error('the request did not pass the first middleware');
  return state;
}
