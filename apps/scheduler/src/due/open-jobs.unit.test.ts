import { standingAfter } from './open-jobs';

it.each([
  ['JobRequested', {}, { waits: true }],
  ['JobStalled', { attempt: 0 }, { waits: true }],
  ['JobStarted', { attempt: 1 }, { waits: false }],
  ['JobRunningLong', { attempt: 1 }, { waits: false }],
  ['JobAttemptFailed', { attempt: 1 }, { waits: false }],
  ['JobStalled', { attempt: 1 }, { waits: false }],
  ['JobFailed', { attempt: 1 }, null],
  ['OutputExpired', {}, null],
])('a job after %s, %j, is %j', (type, data, standing) => {
  expect(standingAfter({ type, data })).toEqual(standing);
});
