import { ANNA, NOON } from '../testing/samples';
import { given } from '../testing/scenario';
import { notification } from './notification';
import type { NotificationCommand, NotificationEvent } from './notification-messages';

const contents = {
  notificationId: '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d06',
  userId: ANNA,
  channel: 'email',
  destinationId: null,
  kinds: ['failed'],
  notices: 1,
  eventIds: ['7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d07'],
} as const;
const reached = { ...contents, attempt: 1, at: NOON, answer: '250 queued', reference: '<id@example.org>' };
const failure = { code: 'delivery.busy', message: 'Too much.' };
const unreached = { ...contents, attempt: 1, at: NOON, ...failure, retryAt: NOON };

const succeed: NotificationCommand = { type: 'RecordSent', ...reached };
const sent: NotificationEvent = { type: 'NotificationSent', ...reached };
const fail: NotificationCommand = { type: 'RecordFailure', ...unreached };
const failed: NotificationEvent = { type: 'NotificationFailed', ...unreached };

it('records that a message was sent', () => {
  given(notification).when(succeed).then(sent);
  expect(given(notification, sent).state).toEqual({ status: 'sent', attempt: 1, failure: null });
});
it('records each failure, and whether another attempt follows', () => {
  given(notification).when(fail).then(failed);
  expect(given(notification, failed).state).toEqual({ status: 'waiting', attempt: 1, failure });
  expect(given(notification, { ...failed, retryAt: null }).state).toEqual({ status: 'failed', attempt: 1, failure });
});
it('goes on with the next attempt', () =>
  given(notification, failed)
    .when({ ...succeed, attempt: 2 })
    .then({ ...sent, attempt: 2 }));
it('lets the first outcome of an attempt stand', () => {
  given(notification, failed).when(fail).thenNothing();
  given(notification, failed).when(succeed).thenNothing();
});
it('lets what was sent, or given up, be', () => {
  given(notification, sent)
    .when({ ...fail, attempt: 2 })
    .thenNothing();
  given(notification, { ...failed, retryAt: null })
    .when({ ...succeed, attempt: 2 })
    .thenNothing();
});
it('refuses to leave an attempt out', () => {
  given(notification)
    .when({ ...succeed, attempt: 2 })
    .refused('notification.attempt_out_of_order');
  given(notification, failed)
    .when({ ...fail, attempt: 3 })
    .refused('notification.attempt_out_of_order');
});
