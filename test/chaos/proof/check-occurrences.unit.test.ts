import { occurrenceJobId, type Recurrence } from '#domain';
import { ANNA, SCHEDULE_ID, TEMPLATE_ID, jobRequest, scheduleDefinition } from '#domain/testing';
import { recorded, type Told } from '../testing/recorded';
import { checkOccurrences } from './check-occurrences';

const SCHEDULE = `schedule-${SCHEDULE_ID}`;
const UNTIL = new Date('2026-11-26T08:04:30Z');

/** 08:00 and so many minutes. */
const time = (minutes: number): string => new Date(Date.UTC(2026, 10, 26, 8, 0) + minutes * 60_000).toISOString();

function definition(everyMinutes = 1, more: object = {}) {
  const recurrence: Recurrence = { type: 'minutes', every: everyMinutes };
  return scheduleDefinition({ recurrence, timeZone: 'UTC', startsAt: null, endsAt: null, ...more });
}

const defined = (everyMinutes = 1, more: object = {}): Told => [
  SCHEDULE,
  'ScheduleDefined',
  { scheduleId: SCHEDULE_ID, templateId: TEMPLATE_ID, owner: ANNA, definition: definition(everyMinutes, more) },
  time(0.5),
];

function requested(nominal: number, at = nominal, scheduleRevision = 0): Told {
  const jobId = occurrenceJobId(SCHEDULE_ID, time(nominal));
  const of = { scheduleId: SCHEDULE_ID, scheduleRevision, nominalTime: time(nominal) };
  return [`job-${jobId}`, 'JobRequested', { request: jobRequest({ jobId, origin: 'schedule', ...of }) }, time(at)];
}

function skipped(nominal: number): Told {
  const jobId = occurrenceJobId(SCHEDULE_ID, time(nominal));
  const of = { jobId, scheduleId: SCHEDULE_ID, nominalTime: time(nominal), reason: 'overlap' };
  return [`job-${jobId}`, 'OccurrenceSkipped', of, time(nominal)];
}

function stretch(from: number, to: number, count = to - from + 1, at = to + 1): Told {
  const of = { scheduleId: SCHEDULE_ID, from: time(from), to: time(to), count, reason: 'missed' };
  return [SCHEDULE, 'OccurrencesSkipped', of, time(at)];
}

const change = (type: 'SchedulePaused' | 'ScheduleResumed' | 'ScheduleRemoved', at: number): Told => [
  SCHEDULE,
  type,
  { scheduleId: SCHEDULE_ID, note: null, until: null, cause: 'by_hand', by: ANNA },
  time(at),
];

const revised = (everyMinutes: number, at: number, recordedAt = at): Told => [
  SCHEDULE,
  'ScheduleRevised',
  { scheduleId: SCHEDULE_ID, definition: definition(everyMinutes), by: ANNA, at: time(at) },
  time(recordedAt),
];

const check = (told: readonly Told[], givenUpWithinMs = 0, lockedWithinMs = Infinity): readonly string[] =>
  checkOccurrences(recorded(...told), { until: UNTIL, givenUpWithinMs, lockedWithinMs });

it.each([
  ['a job for each', [defined(), requested(1), requested(2), requested(3), requested(4)]],
  ['jobs and skips', [defined(), requested(1), skipped(2), stretch(3, 3), requested(4)]],
  ['a window', [defined(1, { startsAt: time(2), endsAt: time(3) }), requested(2), requested(3)]],
  [
    'a pause',
    [defined(), requested(1), change('SchedulePaused', 1.5), change('ScheduleResumed', 3.5), requested(4, 4, 2)],
  ],
  ['a revision', [defined(), requested(1), revised(2, 1.5), requested(2, 2, 1), requested(4, 4, 1)]],
  ['a removal', [defined(), requested(1), change('ScheduleRemoved', 1.5)]],
  // Told by a clock that is an hour behind: what was decided before it was recorded stays decided.
  [
    'a revision by a slow clock',
    [defined(2), requested(2), revised(1, -60, 2.5), requested(3, 3, 1), requested(4, 4, 1)],
  ],
])('finds nothing where there is %s', (_, told) => {
  expect(check(told)).toEqual([]);
});

it.each([
  [
    'an occurrence without an outcome',
    [defined(), requested(1), requested(2), requested(4)],
    `at ${time(3)} has 0 outcomes`,
  ],
  [
    'an occurrence with two outcomes',
    [defined(), requested(1), requested(2), stretch(2, 3), requested(4)],
    `at ${time(2)} has 2 outcomes`,
  ],
  [
    'a job between two occurrences',
    [defined(2), requested(2), requested(3), requested(4)],
    `was never due at ${time(3)}`,
  ],
  ['a job before the definition', [defined(), requested(0), requested(1)], `was never due at ${time(0)}`],
  ['a job after the end', [defined(1, { endsAt: time(3) }), requested(4)], `was never due at ${time(4)}`],
  [
    'a job of a pause',
    [defined(), requested(1), change('SchedulePaused', 1.5), requested(2, 2, 1)],
    `was never due at ${time(2)}`,
  ],
  [
    'a job of a definition that was revised',
    [defined(), revised(2, 0.6), requested(3, 3, 1)],
    `was never due at ${time(3)}`,
  ],
  ['a job of no schedule', [requested(1)], `was never due at ${time(1)}`],
  ['a job that came early', [defined(), requested(4, 1.5)], `at ${time(4)} was decided early`],
  ['a skip of what was not due yet', [defined(), stretch(1, 4, 4, 2)], `skipped ${time(4)} before it was due`],
  ['a skip that tells a wrong number', [defined(), stretch(1, 4, 3)], `skipped 3 from ${time(1)}`],
])('finds %s', (_, told, violation) => {
  expect(check(told).join('\n')).toContain(`${SCHEDULE_ID} ${violation}`);
});

it('finds an outcome in another stream than that of its occurrence', () => {
  const [, type, data, at] = requested(1);
  expect(check([defined(), ['job-other', type, data, at]]).join('\n')).toContain('job-other is not the stream of');
});

it('lets a change give up what had just been due, and nothing older', () => {
  const told = [defined(), change('SchedulePaused', 2.5)];
  expect(check(told, 45_000)).toEqual([`${SCHEDULE_ID} at ${time(1)} has 0 outcomes`]);
  expect(check(told, 105_000)).toEqual([]);
});

describe('where the scheduler had decided on what was due at the same time', () => {
  const OTHER = 'd0000000-0000-4000-8000-00000000000d';
  const [, type, data, at] = defined();
  const otherDefined: Told = [`schedule-${OTHER}`, type, { ...data, scheduleId: OTHER }, at];
  const otherRequested = (nominal: number, decidedAt: number): Told => {
    const jobId = occurrenceJobId(OTHER, time(nominal));
    const of = { scheduleId: OTHER, scheduleRevision: 0, nominalTime: time(nominal) };
    return [
      `job-${jobId}`,
      'JobRequested',
      { request: jobRequest({ jobId, origin: 'schedule', ...of }) },
      time(decidedAt),
    ];
  };
  /** Paused at 08:02:30; that of 08:02 has no outcome. */
  const told = (decidedAt: number): readonly Told[] => [
    ...[defined(), otherDefined, requested(1), otherRequested(1, 1), otherRequested(2, decidedAt)],
    ...[change('SchedulePaused', 2.5), otherRequested(3, 3), otherRequested(4, 4)],
  ];

  it('lets a change give up nothing that had its turn', () => {
    expect(check(told(2), 45_000, 15_000)).toEqual([`${SCHEDULE_ID} at ${time(2)} has 0 outcomes`]);
  });
  it('lets it where that was a moment ago', () => {
    expect(check(told(2.3), 45_000, 15_000)).toEqual([]);
  });
  it('lets it where the schedule may not have been heard of yet', () => {
    expect(check(told(2), 105_000, 15_000)).toEqual([]);
  });
});

it('refuses to judge what it cannot reckon', () => {
  const weekly = definition(1, { recurrence: { type: 'daily', time: '08:00' } });
  const told: Told = [SCHEDULE, 'ScheduleDefined', { scheduleId: SCHEDULE_ID, definition: weekly }, time(0)];
  expect(() => check([told])).toThrow('can be judged');
});
