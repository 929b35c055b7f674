import { accept, refuse, type Decider } from '#event-sourcing';
import type {
  NotificationCommand,
  NotificationEvent,
  NotificationRefusal,
  NotificationState,
} from './notification-messages';

/** What became of one message to a person. The first outcome of an attempt stands, and what was sent stays sent. */
export const notification: Decider<NotificationCommand, NotificationState, NotificationEvent, NotificationRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    const last = state.status === 'absent' ? 0 : state.attempt;
    const ended = state.status === 'sent' || state.status === 'failed';
    if (ended || command.attempt <= last) return accept();
    if (command.attempt !== last + 1) return refuse({ code: 'notification.attempt_out_of_order' });
    switch (command.type) {
      case 'RecordSent':
        return accept({ ...command, type: 'NotificationSent' });
      case 'RecordFailure':
        return accept({ ...command, type: 'NotificationFailed' });
    }
  },
  evolve(_state, event) {
    switch (event.type) {
      case 'NotificationSent':
        return { status: 'sent', attempt: event.attempt, failure: null };
      case 'NotificationFailed': {
        const { attempt, code, message, retryAt } = event;
        return { status: retryAt === null ? 'failed' : 'waiting', attempt, failure: { code, message } };
      }
    }
  },
};
