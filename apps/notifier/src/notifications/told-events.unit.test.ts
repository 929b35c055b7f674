import { schedule as decider, type ExistingSchedule, type JobOutput, type NoticeKind } from '#domain';
import {
  ANNA,
  BEN,
  DELIVERY_ID,
  deliveryRequest,
  JOB_ID,
  jobOutput,
  jobRequest,
  NOON,
  SALES_ID,
  SCHEDULE_ID,
  scheduleDefinition,
  targetOf,
  TEMPLATE_ID,
  webhookDestination,
} from '#domain/testing';
import { toldOf, TOLD_EVENTS, type Surroundings, type ToldEvent } from './told-events';

const at = '2026-11-23T13:00:00.000Z';
const expires = '2026-12-23T13:00:00.000Z';
const nothing: Surroundings = {
  ...{ job: null, schedule: null, delivery: null, destination: null, name: null, concerned: [] },
};
const job: Surroundings = { ...nothing, job: { request: jobRequest({ owner: ANNA }) }, name: 'Flights' };
const mailed: Surroundings = { ...job, delivery: { request: deliveryRequest({ owner: BEN }) } };
const hooked: Surroundings = {
  ...{ ...job, delivery: { request: deliveryRequest({ owner: BEN, target: targetOf(SALES_ID) }) } },
  destination: { name: 'warehouse', definition: webhookDestination() },
};
const paused = decider.evolve(decider.initial, {
  ...{ type: 'ScheduleDefined', scheduleId: SCHEDULE_ID, templateId: TEMPLATE_ID, owner: BEN, at },
  definition: scheduleDefinition({ pauseAfterFailures: 3 }),
}) as ExistingSchedule;
const schedule: Surroundings = { ...nothing, schedule: paused, name: 'Delayed flights' };
const source: Surroundings = { ...nothing, concerned: [ANNA, BEN] };

const completed = (output: Partial<JobOutput>, outputExpiresAt = expires): ToldEvent => ({
  ...{ type: 'JobCompleted', jobId: JOB_ID, attempt: 1, at },
  output: jobOutput(output),
  outputExpiresAt,
});
const failed = (code: string): ToldEvent => ({
  ...{ type: 'JobFailed', jobId: JOB_ID, attempt: 3, worker: 'worker', durationMs: 1200, at },
  failure: { code, message: 'It went wrong.', transient: false, class: 'permanent' },
});
const expired = (reason: Extract<ToldEvent, { type: 'JobExpired' }>['reason']): ToldEvent => ({
  ...{ type: 'JobExpired', jobId: JOB_ID, reason, at },
});
const stalled: ToldEvent = { type: 'JobStalled', jobId: JOB_ID, attempt: 1, waitingSince: NOON, at };
const ranLong: ToldEvent = {
  ...{ type: 'JobRunningLong', jobId: JOB_ID, attempt: 2, limitMs: 90_000, basis: 'history', at },
};
const skipped = (reason: Extract<ToldEvent, { type: 'OccurrenceSkipped' }>['reason']): ToldEvent => ({
  ...{ type: 'OccurrenceSkipped', jobId: JOB_ID, scheduleId: SCHEDULE_ID, nominalTime: NOON, reason, at },
});
const pause = (cause: 'by_hand' | 'failures'): ToldEvent => ({
  ...{ type: 'SchedulePaused', scheduleId: SCHEDULE_ID, note: null, until: null, cause, by: 'system:scheduler', at },
});
const undelivered = (code = 'delivery.unreachable'): ToldEvent => ({
  ...{ type: 'DeliveryFailed', deliveryId: DELIVERY_ID, attempt: 6, worker: 'worker', durationMs: 1200, at },
  failure: { code, message: 'It does not answer.', transient: true },
});

const expanded = (leftOutCount: number): ToldEvent => ({
  ...{
    type: 'BurstExpanded',
    jobId: JOB_ID,
    scheduleId: SCHEDULE_ID,
    rows: 9,
    jobs: 9 - leftOutCount,
    leftOutCount,
    at,
  },
  leftOut: leftOutCount === 0 ? [] : [{ row: 2, code: 'value.missing', message: 'The column "Mail" has no value.' }],
});
const unexpanded: ToldEvent = {
  ...{
    type: 'BurstFailed',
    jobId: JOB_ID,
    scheduleId: SCHEDULE_ID,
    code: 'burst.list_gone',
    message: 'It is gone.',
    at,
  },
};

const opened = (openings: number): ToldEvent => ({
  ...{
    type: 'CircuitOpened',
    dataSourceId: SALES_ID,
    dataSource: 'sales',
    code: 'data_source.unreachable',
    failures: 5,
  },
  ...{ openings, until: NOON, at },
});

it.each<[string, ToldEvent, Surroundings, readonly NoticeKind[]]>([
  ['a report that is ready, and when its files go', completed({}), job, ['completed', 'output_expiring']],
  ['one that a limit cut', completed({ truncated: true }), job, ['completed_with_warnings', 'output_expiring']],
  [
    'one with a warning',
    completed({ warnings: [{ code: 'x', message: 'Odd.' }] }),
    job,
    ['completed_with_warnings', 'output_expiring'],
  ],
  ['nothing where the template withheld the report', completed({ withheld: 'unchanged' }), job, []],
  ['a report that failed', failed('data_source.timeout'), job, ['failed']],
  ['a template that no longer fits its data', failed('template.invalid'), job, ['template_invalid']],
  ['a job that did not begin in time', expired('deadline'), job, ['failed']],
  ['a job whose next attempt came too late', expired('retry_deadline'), job, ['failed']],
  ['a job that waits too long', stalled, job, ['stalled']],
  ['a job that runs too long', ranLong, job, ['running_long']],
  ['a report that did not arrive', undelivered(), hooked, ['delivery_failed']],
  ['a list with rows that got no report', expanded(3), job, ['delivery_failed']],
  ['nothing of a list of which each row got one', expanded(0), job, []],
  ['a list that could not be expanded', unexpanded, job, ['delivery_failed']],
  ['nothing of what somebody removed', expired('schedule_removed'), job, []],
  ['an occurrence whose template is invalid', skipped('template_invalid'), schedule, ['template_invalid']],
  ['nothing of an archived template', skipped('template_archived'), schedule, []],
  ['a schedule that failures paused', pause('failures'), schedule, ['schedule_paused']],
  [
    'a data source that does not answer, everybody whom it concerns',
    opened(1),
    source,
    ['circuit_opened', 'circuit_opened'],
  ],
  ['nothing when a try has failed again', opened(2), source, []],
  ['nothing of a pause by hand', pause('by_hand'), schedule, []],
])('tells of %s', (_what, event, about, kinds) => {
  expect(toldOf(event, about).map(({ facts }) => facts.kind)).toEqual(kinds);
});

it('tells the owner of the job or the schedule, by the names that people know', () => {
  expect(toldOf(failed('data_source.timeout'), job)).toEqual([
    {
      userId: ANNA,
      facts: {
        ...{ kind: 'failed', report: 'Flights', jobId: JOB_ID, nominalTime: NOON, timeZone: 'UTC' },
        ...{ code: 'data_source.timeout', message: 'It went wrong.' },
      },
      likeness: 'data_source.timeout',
      at,
    },
  ]);
  const name = paused.definition.name;
  expect(toldOf(pause('failures'), schedule)).toMatchObject([{ userId: BEN, facts: { schedule: name, failures: 3 } }]);
  expect(toldOf(skipped('template_invalid'), schedule)).toMatchObject([
    { userId: BEN, facts: { report: 'Delayed flights' } },
  ]);
});

it('tells the owner of a job that its report did not arrive, by the name of the destination, of mails without an address', () => {
  const run = { report: 'Flights', jobId: JOB_ID, nominalTime: NOON, timeZone: 'UTC' };
  const failure = { code: 'delivery.unreachable', message: 'It does not answer.', attempts: 6 };
  const facts = { kind: 'delivery_failed', ...run, deliveryId: DELIVERY_ID, ...failure };
  expect(toldOf(undelivered(), hooked)).toEqual([
    { userId: BEN, facts: { ...facts, destination: { name: 'warehouse', kind: 'webhook' } }, likeness: SALES_ID, at },
  ]);
  expect(toldOf(undelivered(), mailed)).toEqual([
    { userId: BEN, facts: { ...facts, destination: null }, likeness: 'delivery.unreachable', at },
  ]);
});

it('tells the owner of a list who gets no report of it', () => {
  const run = { report: 'Flights', jobId: JOB_ID, nominalTime: NOON, timeZone: 'UTC' };
  const facts = { kind: 'delivery_failed', ...run, deliveryId: null };
  const row = { code: 'value.missing', message: 'Row 2: The column "Mail" has no value.' };
  expect(toldOf(expanded(3), job)).toEqual([
    { userId: ANNA, facts: { ...facts, ...row, leftOut: 3 }, likeness: 'value.missing', at },
  ]);
  const failure = { code: 'burst.list_gone', message: 'It is gone.' };
  expect(toldOf(unexpanded, job)).toEqual([
    { userId: ANNA, facts: { ...facts, ...failure, leftOut: null }, likeness: 'burst.list_gone', at },
  ]);
});

it('takes all that a destination fails with for alike, and of mails what fails with one code', () => {
  const likenessOf = (code: string, about: Surroundings) => toldOf(undelivered(code), about)[0]?.likeness;
  expect(likenessOf('delivery.timeout', hooked)).toBe(likenessOf('delivery.busy', hooked));
  expect(likenessOf('delivery.timeout', mailed)).not.toBe(likenessOf('delivery.busy', mailed));
});

it('tells the owner of a job that waits or runs too long what the event says of it', () => {
  const run = { report: 'Flights', jobId: JOB_ID, nominalTime: NOON, timeZone: 'UTC' };
  const told = { userId: ANNA, likeness: '', at };
  expect(toldOf(stalled, job)).toEqual([
    { ...told, facts: { kind: 'stalled', ...run, attempts: 1, waitingSince: NOON } },
  ]);
  expect(toldOf(ranLong, job)).toEqual([
    { ...told, facts: { kind: 'running_long', ...run, attempt: 2, limitMs: 90_000, basis: 'history' } },
  ]);
});

it.each([
  [expires, '2026-12-22T13:00:00.000Z'],
  // Kept for ten hours.
  ['2026-11-23T23:00:00.000Z', '2026-11-23T18:00:00.000Z'],
])('tells a day before files go that are kept until %s, or after half the time', (until, reminder) =>
  expect(toldOf(completed({}, until), job)[1]).toMatchObject({ at: reminder }),
);

it('tells nobody of what has no stream', () => {
  for (const event of [
    completed({}),
    failed('x'),
    expired('deadline'),
    stalled,
    ranLong,
    skipped('template_invalid'),
    pause('failures'),
    undelivered(),
    expanded(3),
    unexpanded,
  ]) {
    expect(TOLD_EVENTS).toContain(event.type);
    expect(toldOf(event, nothing)).toEqual([]);
  }
});

it('tells nobody that a notice could not be sent: that would never end', () =>
  expect(TOLD_EVENTS.filter((type) => type.startsWith('Notification'))).toEqual([]));
