import { JOB_ID, SCHEDULE_ID, jobRequest } from '#domain/testing';
import { recorded, type Told } from '../testing/recorded';
import { checkAnswers, type Answer } from './check-answers';

const AT = '2026-11-26T08:00:00.000Z';
const requested: Told = [
  `job-${JOB_ID}`,
  'JobRequested',
  { request: jobRequest({ jobId: JOB_ID, origin: 'run_now' }) },
  AT,
];
const cancelled: Told = [`job-${JOB_ID}`, 'JobCancelled', {}, AT];
const defined: Told = [`schedule-${SCHEDULE_ID}`, 'ScheduleDefined', {}, AT];
const run: Answer = { kind: 'run', jobId: JOB_ID };
const planned = (revision: number): Answer => ({ kind: 'planned', scheduleId: SCHEDULE_ID, revision });
const changed = (revision: number): Answer => ({ kind: 'changed', scheduleId: SCHEDULE_ID, revision });

it('finds nothing where every answer was kept', () => {
  const told = recorded(requested, cancelled, defined);
  expect(checkAnswers(told, [run, { kind: 'cancelled', jobId: JOB_ID }, changed(0)])).toEqual([]);
});

it.each([
  ['a job that was promised and is not there', [], [run], 'was promised and is not there'],
  ['a job that nobody asked for', [requested], [], 'was never asked for'],
  ['one job for two requests', [requested], [run, run], 'two requests were answered with the same job'],
  [
    'a cancelled job that was not cancelled',
    [requested],
    [run, { kind: 'cancelled', jobId: JOB_ID }],
    'said to be cancelled',
  ],
  ['a change that is not there', [defined], [changed(1)], 'was said to be at revision 1, not 0'],
  [
    'a plan that is not there',
    [defined],
    [planned(0)],
    `deliveryplan ${SCHEDULE_ID} was said to be at revision 0, not -1`,
  ],
] as const)('finds %s', (_, told, answers, violation) => {
  expect(checkAnswers(recorded(...told), answers).join('\n')).toContain(violation);
});
