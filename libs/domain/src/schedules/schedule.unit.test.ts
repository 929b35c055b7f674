import { NO_CALENDAR } from '../calendars/calendar-check';
import { ANNA, CALENDAR_ID, NOON, SCHEDULE_ID, scheduleDefinition, TEMPLATE_ID } from '../testing/samples';
import { given } from '../testing/scenario';
import { schedule } from './schedule';
import type { ScheduleCommand, ScheduleEvent, TemplateCheck } from './schedule-messages';

const LATER = '2026-11-23T13:00:00.000Z';
const fit: TemplateCheck = { status: 'active', problems: [] };
const unfit: TemplateCheck = {
  status: 'active',
  problems: [{ code: 'column.unknown', pointer: '/columns/0/column', message: 'no such column' }],
};
const found = { template: fit, calendar: NO_CALENDAR };
const checks = { ...found, trigger: 'none' } as const;
const daily = scheduleDefinition();
const never = scheduleDefinition({ recurrence: { type: 'cron', expression: '0 0 31 2 *' } });

const plain = { scheduleId: SCHEDULE_ID, templateId: TEMPLATE_ID, owner: ANNA, definition: daily, at: NOON };
const define: ScheduleCommand = { type: 'DefineSchedule', ...plain, ...checks };
const defined: ScheduleEvent = { type: 'ScheduleDefined', ...plain };
const signed = { scheduleId: SCHEDULE_ID, by: ANNA, at: LATER };
const noonDefinition = scheduleDefinition({ recurrence: { type: 'daily', time: '12:00' } });
const revise: ScheduleCommand = { type: 'ReviseSchedule', ...signed, definition: noonDefinition, ...checks };
const revised: ScheduleEvent = { type: 'ScheduleRevised', ...signed, definition: noonDefinition };
const pause: ScheduleCommand = { type: 'PauseSchedule', ...signed, note: 'holidays', until: null, cause: 'by_hand' };
const paused: ScheduleEvent = { ...pause, type: 'SchedulePaused' };
const resume: ScheduleCommand = { type: 'ResumeSchedule', ...signed, ...found };
const resumed: ScheduleEvent = { type: 'ScheduleResumed', ...signed };
const remove: ScheduleCommand = { type: 'RemoveSchedule', ...signed };
const removed: ScheduleEvent = { ...remove, type: 'ScheduleRemoved' };

describe('defining a schedule', () => {
  it('makes it active from then on', () => {
    given(schedule).when(define).then(defined);
    expect(given(schedule, defined).state).toMatchObject({ status: 'active', effectiveFrom: NOON, skippedTo: null });
  });
  it('is refused under an id that is taken', () => given(schedule, defined).when(define).refused('schedule.exists'));
  it('is refused for an unknown template', () =>
    given(schedule)
      .when({ ...define, template: { status: 'absent', problems: [] } })
      .refused('template.missing'));
  it('is refused for an archived template', () =>
    given(schedule)
      .when({ ...define, template: { status: 'archived', problems: [] } })
      .refused('template.archived'));
  it('is refused for a template that no longer fits its dataset, with the problems', () => {
    expect(given(schedule).when({ ...define, template: unfit }).decision).toEqual({
      accepted: false,
      refusal: { code: 'template.invalid', problems: unfit.problems },
    });
  });
  it('is refused when it never fires, with the problems', () => {
    expect(given(schedule).when({ ...define, definition: never }).decision).toMatchObject({
      accepted: false,
      refusal: { code: 'schedule.invalid', problems: [{ code: 'recurrence.never_fires' }] },
    });
  });
});

describe('revising a schedule', () => {
  it('counts anew from then on', () => {
    given(schedule, defined).when(revise).then(revised);
    expect(given(schedule, defined, revised).state).toMatchObject({ definition: noonDefinition, effectiveFrom: LATER });
  });
  it('changes nothing when it is the same', () => given(schedule, defined, revised).when(revise).thenNothing());
  it('leaves a paused one paused', () => {
    given(schedule, defined, paused).when(revise).then(revised);
    expect(given(schedule, defined, paused, revised).state.status).toBe('paused');
  });
  it('is refused for an unknown one', () => given(schedule).when(revise).refused('schedule.missing'));
  it('is refused for a removed one', () => given(schedule, defined, removed).when(revise).refused('schedule.removed'));
  it('is refused when it never fires', () =>
    given(schedule, defined)
      .when({ ...revise, definition: never })
      .refused('schedule.invalid'));
  it('is refused when its template is archived', () =>
    given(schedule, defined)
      .when({ ...revise, template: { status: 'archived', problems: [] } })
      .refused('template.archived'));
});

describe('pausing a schedule', () => {
  it('rests it', () => {
    given(schedule, defined).when(pause).then(paused);
    expect(given(schedule, defined, paused).state).toMatchObject({ status: 'paused', effectiveFrom: NOON });
  });
  it('changes nothing the second time', () => given(schedule, defined, paused).when(pause).thenNothing());
  it('keeps why it rests, until it is resumed or removed', () => {
    const pauseOf = (...more: ScheduleEvent[]) => given(schedule, defined, paused, ...more).state;
    expect(pauseOf()).toMatchObject({ pause: { note: 'holidays', until: null, cause: 'by_hand' } });
    expect(pauseOf(resumed)).toMatchObject({ pause: null });
    expect(pauseOf(removed)).toMatchObject({ pause: null });
  });
  it('takes another note or end when it rests already', () => {
    const longer = { ...pause, until: '2026-11-30T12:00:00.000Z' };
    given(schedule, defined, paused)
      .when(longer)
      .then({ ...longer, type: 'SchedulePaused' });
  });
  it('is refused until a time that is not in the future', () => {
    given(schedule, defined)
      .when({ ...pause, until: LATER })
      .refused('pause.until_passed');
    const soon = { ...pause, until: '2026-11-23T13:00:00.001Z' };
    given(schedule, defined)
      .when(soon)
      .then({ ...soon, type: 'SchedulePaused' });
  });
  it('because of failures changes nothing about one that rests', () => {
    const failing: ScheduleCommand = { ...pause, note: 'Three jobs failed.', cause: 'failures' };
    given(schedule, defined, paused).when(failing).thenNothing();
    given(schedule, defined)
      .when(failing)
      .then({ ...failing, type: 'SchedulePaused' });
  });
  it('is refused for an unknown one', () => given(schedule).when(pause).refused('schedule.missing'));
  it('is refused for a removed one', () => given(schedule, defined, removed).when(pause).refused('schedule.removed'));
});

describe('resuming a schedule', () => {
  it('wakes it from then on', () => {
    given(schedule, defined, paused).when(resume).then(resumed);
    expect(given(schedule, defined, paused, resumed).state).toMatchObject({ status: 'active', effectiveFrom: LATER });
  });
  it('changes nothing when it is awake', () => given(schedule, defined).when(resume).thenNothing());
  it('is refused for an unknown one', () => given(schedule).when(resume).refused('schedule.missing'));
  it('is refused for a removed one', () => given(schedule, defined, removed).when(resume).refused('schedule.removed'));
  it('is refused for an archived template', () =>
    given(schedule, defined, paused)
      .when({ ...resume, template: { status: 'archived', problems: [] } })
      .refused('template.archived'));
  it('is refused for a template that no longer fits its dataset', () =>
    given(schedule, defined, paused)
      .when({ ...resume, template: unfit })
      .refused('template.invalid'));
  it('is refused after its end', () => {
    const ending: ScheduleEvent = { ...defined, definition: scheduleDefinition({ endsAt: LATER }) };
    given(schedule, ending, paused).when(resume).refused('schedule.invalid');
  });
});

describe.each([
  ['absent', 'calendar.missing'],
  ['removed', 'calendar.removed'],
] as const)('naming a calendar that is %s', (status, code) => {
  const definition = scheduleDefinition({ calendar: { calendarId: CALENDAR_ID, onHoliday: 'skip' } });
  const refused = { accepted: false, refusal: { code: 'schedule.invalid', problems: [{ code }] } };
  const calendar = { status };
  it('is refused, also when the schedule is resumed', () => {
    const minding: ScheduleEvent = { ...defined, definition };
    expect(given(schedule).when({ ...define, definition, calendar }).decision).toMatchObject(refused);
    expect(given(schedule, defined).when({ ...revise, definition, calendar }).decision).toMatchObject(refused);
    expect(given(schedule, minding, paused).when({ ...resume, calendar }).decision).toMatchObject(refused);
  });
});

describe('resuming by itself', () => {
  it('counts from the end of the pause, unless a revision came later', () => {
    const until: ScheduleEvent = { ...resumed, at: '2026-11-23T12:30:00.000Z' };
    expect(given(schedule, defined, paused, until).state).toMatchObject({ effectiveFrom: until.at });
    expect(given(schedule, defined, paused, revised, until).state).toMatchObject({ effectiveFrom: LATER });
  });
});

describe('a schedule that waits for something', () => {
  const after = scheduleDefinition({ recurrence: { type: 'after_schedule', scheduleId: TEMPLATE_ID } });
  const refreshed = scheduleDefinition({ recurrence: { type: 'dataset_refreshed', datasetId: TEMPLATE_ID } });
  it.each([
    [after, 'none', 'recurrence.unknown_schedule', '/recurrence/scheduleId'],
    [after, 'unknown', 'recurrence.unknown_schedule', '/recurrence/scheduleId'],
    [after, 'cycle', 'recurrence.cycle', '/recurrence/scheduleId'],
    [refreshed, 'unknown', 'recurrence.unknown_dataset', '/recurrence/datasetId'],
  ] as const)('is refused when that is missing or comes round (%#)', (definition, trigger, code, pointer) => {
    const refusal = { accepted: false, refusal: { code: 'schedule.invalid', problems: [{ code, pointer }] } };
    expect(given(schedule).when({ ...define, definition, trigger }).decision).toMatchObject(refusal);
    expect(given(schedule, defined).when({ ...revise, definition, trigger }).decision).toMatchObject(refusal);
  });
  it('is accepted when that is known', () => {
    given(schedule)
      .when({ ...define, definition: after, trigger: 'known' })
      .then({ ...defined, definition: after });
  });
});

describe('removing a schedule', () => {
  it('ends it, active or paused', () => {
    given(schedule, defined).when(remove).then(removed);
    given(schedule, defined, paused).when(remove).then(removed);
    expect(given(schedule, defined, removed).state.status).toBe('removed');
  });
  it('changes nothing the second time', () => given(schedule, defined, removed).when(remove).thenNothing());
  it('is refused for an unknown one', () => given(schedule).when(remove).refused('schedule.missing'));
});

describe('skipping occurrences', () => {
  const skip: ScheduleCommand = {
    type: 'SkipOccurrences',
    scheduleId: SCHEDULE_ID,
    from: '2026-11-24T06:30:00.000Z',
    to: '2026-11-26T06:30:00.000Z',
    count: 3,
    reason: 'missed',
    at: '2026-11-26T12:00:00.000Z',
  };
  const skipped: ScheduleEvent = { ...skip, type: 'OccurrencesSkipped' };
  it('records the stretch', () => {
    given(schedule, defined).when(skip).then(skipped);
    expect(given(schedule, defined, skipped).state).toMatchObject({ status: 'active', skippedTo: skip.to });
  });
  it('changes nothing the second time', () => given(schedule, defined, skipped).when(skip).thenNothing());
  it('changes nothing for an earlier stretch', () =>
    given(schedule, defined, skipped)
      .when({ ...skip, to: '2026-11-25T06:30:00.000Z' })
      .thenNothing());
  it('records a later stretch', () => {
    const later = { ...skip, to: '2026-11-27T06:30:00.000Z' };
    given(schedule, defined, skipped)
      .when(later)
      .then({ ...later, type: 'OccurrencesSkipped' });
  });
  it('changes nothing for a stretch that a revision has made void', () => {
    given(schedule, defined, { ...revised, at: skip.to })
      .when(skip)
      .thenNothing();
  });
  it('changes nothing while paused or after removal', () => {
    given(schedule, defined, paused).when(skip).thenNothing();
    given(schedule, defined, removed).when(skip).thenNothing();
  });
  it('is refused for an unknown one', () => given(schedule).when(skip).refused('schedule.missing'));
});

it('ignores a history without a beginning', () => {
  expect(given(schedule, revised, paused).state).toEqual({ status: 'absent' });
});
