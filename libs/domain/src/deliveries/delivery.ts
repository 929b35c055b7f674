import { v5 } from 'uuid';
import { accept, refuse, type Decider } from '#event-sourcing';
import type { DeliveryId, JobId, PlanEntryId } from '../identifiers';
import { isBefore, millisecondsOf, toInstant } from '../instants';
import { sameJson } from '../json-equality';
import type {
  DeliveryCommand,
  DeliveryEvent,
  DeliveryRefusal,
  DeliveryState,
  ExistingDelivery,
} from './delivery-messages';

/** The delivery of a job by an entry of its schedule's plan: uuidv5, so there is one, whoever asks for it how often. */
export function deliveryIdOf(jobId: JobId, entryId: PlanEntryId): DeliveryId {
  return v5(entryId, jobId);
}

/**
 * One report on its way to one target. The attempt number is the fencing token: only the attempt that is next may end, so what a worker
 * says who was taken over is refused.
 *
 * ```text
 * waiting ──► delivered | failed
 *    │  ▲                   │
 *    ▼  │                   ▼
 * retry_waiting ◄──── retried by hand      cancelled from the two on the left, and retried likewise
 * ```
 */
export const delivery: Decider<DeliveryCommand, DeliveryState, DeliveryEvent, DeliveryRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'RequestDelivery':
        if (state.status === 'absent') return accept({ ...command, type: 'DeliveryRequested' });
        return sameJson(command.request, state.request) ? accept() : refuse({ code: 'delivery.exists' });
      case 'CompleteDelivery':
      case 'FailDeliveryAttempt':
      case 'CancelDelivery':
      case 'RetryDelivery':
        return state.status === 'absent' ? refuse({ code: 'delivery.missing' }) : change(command, state);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'DeliveryRequested': {
        const { maxAttempts, deadline } = event.request;
        return {
          ...{ status: 'waiting', request: event.request, askedBy: [event.by], attempt: 0 },
          ...{ lastAttempt: maxAttempts, deadline, retryAt: null },
        };
      }
      case 'DeliveryCompleted':
      case 'DeliveryAttemptFailed':
      case 'DeliveryFailed':
      case 'DeliveryCancelled':
      case 'DeliveryRetried':
        return state.status === 'absent' ? state : changed(state, event);
    }
  },
};

/** True for a status that nothing follows by itself. */
export function isDeliveryEnded({ status }: ExistingDelivery): boolean {
  return status !== 'waiting' && status !== 'retry_waiting';
}

type Outcome = ReturnType<typeof delivery.decide>;

function change(command: Exclude<DeliveryCommand, { type: 'RequestDelivery' }>, state: ExistingDelivery): Outcome {
  switch (command.type) {
    case 'CompleteDelivery':
      return settle(command.attempt, state, { ...command, type: 'DeliveryCompleted' });
    case 'FailDeliveryAttempt': {
      const { retryDelayMs, ...failed } = command;
      const retryAt = toInstant(millisecondsOf(command.at) + retryDelayMs);
      const again = command.failure.transient && command.attempt < state.lastAttempt;
      const inTime = isBefore(retryAt, state.deadline);
      const event: DeliveryEvent =
        again && inTime ? { ...failed, type: 'DeliveryAttemptFailed', retryAt } : { ...failed, type: 'DeliveryFailed' };
      return settle(command.attempt, state, event);
    }
    case 'CancelDelivery':
      if (state.status === 'cancelled') return accept();
      return isDeliveryEnded(state)
        ? refuse({ code: 'delivery.ended' })
        : accept({ ...command, type: 'DeliveryCancelled' });
    case 'RetryDelivery':
      if (!isDeliveryEnded(state)) return refuse({ code: 'delivery.not_ended' });
      if (state.status === 'delivered') return refuse({ code: 'delivery.arrived' });
      return accept(retried(command, state));
  }
}

function retried(
  { deliveryId, maxAttempts, deadline, by, at }: Extract<DeliveryCommand, { type: 'RetryDelivery' }>,
  { attempt }: ExistingDelivery,
): DeliveryEvent {
  return { type: 'DeliveryRetried', deliveryId, lastAttempt: attempt + maxAttempts, deadline, by, at };
}

function settle(attempt: number, state: ExistingDelivery, event: DeliveryEvent): Outcome {
  if (isDeliveryEnded(state)) return refuse({ code: 'delivery.ended' });
  return attempt === state.attempt + 1 ? accept(event) : refuse({ code: 'delivery.attempt_superseded' });
}

function changed(
  state: ExistingDelivery,
  event: Exclude<DeliveryEvent, { type: 'DeliveryRequested' }>,
): ExistingDelivery {
  switch (event.type) {
    case 'DeliveryCompleted':
      return { ...state, status: 'delivered', attempt: event.attempt, retryAt: null };
    case 'DeliveryAttemptFailed':
      return { ...state, status: 'retry_waiting', attempt: event.attempt, retryAt: event.retryAt };
    case 'DeliveryFailed':
      return { ...state, status: 'failed', attempt: event.attempt, retryAt: null };
    case 'DeliveryCancelled':
      return { ...state, status: 'cancelled', retryAt: null };
    case 'DeliveryRetried': {
      const { lastAttempt, deadline, by } = event;
      const askedBy = state.askedBy.includes(by) ? state.askedBy : [...state.askedBy, by];
      return { ...state, status: 'waiting', askedBy, lastAttempt, deadline, retryAt: null };
    }
  }
}
