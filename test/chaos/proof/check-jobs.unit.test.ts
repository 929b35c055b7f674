import type { JobEvent } from '#domain';
import { JOB_ID, jobOutput, jobRequest } from '#domain/testing';
import { recorded } from '../testing/recorded';
import { checkJobs, hasOpenJobs } from './check-jobs';

const AT = '2026-11-26T08:00:00.000Z';
const JOB = `job-${JOB_ID}`;
const FAILURE = { code: 'file_store.full', message: 'The disk is full.', transient: true };

const DATA: Partial<Record<JobEvent['type'], object>> = {
  JobRequested: { request: jobRequest() },
  JobStarted: { worker: 'host/1/a/1' },
  JobCompleted: { output: jobOutput(), outputExpiresAt: AT },
  JobAttemptFailed: { failure: FAILURE, retryAt: AT },
  JobFailed: { failure: FAILURE },
};

/** A job's events, such as `JobStarted 1`: with the number of its attempt. */
function job(...steps: readonly string[]) {
  return recorded(
    ...steps.map((step) => {
      const [type, attempt] = step.split(' ') as [JobEvent['type'], string?];
      return [JOB, type, { ...DATA[type], ...(attempt && { attempt: Number(attempt) }) }, AT] as const;
    }),
  );
}

it.each([
  [['JobRequested', 'JobStarted 1', 'JobCompleted 1', 'OutputExpired']],
  [
    [
      'JobRequested',
      'JobStarted 1',
      'JobAttemptLost 1',
      'JobStarted 2',
      'JobAttemptFailed 2',
      'JobStarted 3',
      'JobFailed 3',
    ],
  ],
  [['JobRequested', 'JobStarted 1', 'JobCancelled']],
  [['JobRequested', 'JobExpired']],
  [['OccurrenceSkipped']],
])('finds nothing in %j', (steps) => {
  expect(checkJobs(job(...steps))).toEqual([]);
});

it.each([
  ['a job that never ended', ['JobRequested', 'JobStarted 1'], 'ended 0 times: JobRequested, JobStarted'],
  ['a job that is still open', ['JobRequested', 'JobStarted 1'], 'is still running'],
  ['a second end', ['JobRequested', 'JobStarted 1', 'JobCompleted 1', 'JobCancelled'], 'ended 2 times'],
  ['a second request', ['JobRequested', 'JobRequested', 'JobExpired'], 'was requested 2 times'],
  ['a job that nobody requested', ['JobStarted 1', 'JobCompleted 1'], 'begins with JobStarted'],
  ['a skipped occurrence that ran', ['OccurrenceSkipped', 'JobStarted 1'], 'was skipped and goes on'],
  ['an attempt after the end', ['JobRequested', 'JobCancelled', 'JobStarted 1'], 'began attempt 1 after its end'],
  [
    'two attempts at a time',
    ['JobRequested', 'JobStarted 1', 'JobStarted 2', 'JobCompleted 2'],
    'began attempt 2 while 1 ran',
  ],
  ['an attempt left out', ['JobRequested', 'JobStarted 2', 'JobCompleted 2'], 'began attempt 2 after attempt 0'],
  [
    'the result of an attempt that was taken over',
    ['JobRequested', 'JobStarted 1', 'JobAttemptLost 1', 'JobStarted 2', 'JobCompleted 1'],
    'has JobCompleted of attempt 1 while 2 ran',
  ],
  ['a result that nobody made', ['JobRequested', 'JobCompleted 1'], 'has JobCompleted of attempt 1 while none ran'],
])('finds %s', (_, steps, violation) => {
  expect(checkJobs(job(...steps)).join('\n')).toContain(`${JOB} ${violation}`);
});

it('knows whether a job is open', () => {
  expect(hasOpenJobs(job('JobRequested', 'JobStarted 1'))).toBe(true);
  expect(hasOpenJobs(job('JobRequested', 'JobStarted 1', 'JobCompleted 1'))).toBe(false);
  expect(hasOpenJobs(job('OccurrenceSkipped'))).toBe(false);
});
