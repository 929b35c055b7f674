import type { ScheduleState, TemplateCheck } from '../schedules/schedule-messages';
import { ANNA, BEN, SCHEDULE_ID, scheduleDefinition, TEMPLATE_ID } from '../testing/samples';
import { given } from '../testing/scenario';
import { backfill } from './backfill';
import { backfillIdOf, backfillJobId } from './backfill-ids';
import type { BackfillCommand, BackfillEvent } from './backfill-messages';

const AT = '2026-11-23T12:00:00.000Z';
const LATER = '2026-11-23T13:00:00.000Z';
const BACKFILL = backfillIdOf(SCHEDULE_ID, 0);
const fit: TemplateCheck = { status: 'active', problems: [] };

/** Daily at 07:30 in Berlin, unless told otherwise. */
function scheduled(
  more: Parameters<typeof scheduleDefinition>[0] = {},
  status: 'active' | 'paused' | 'removed' = 'active',
): ScheduleState {
  return {
    ...{ status, scheduleId: SCHEDULE_ID, templateId: TEMPLATE_ID, owner: ANNA, definition: scheduleDefinition(more) },
    ...{ effectiveFrom: '2026-11-22T12:00:00.000Z', skippedTo: null, pause: null },
  };
}

type Start = Extract<BackfillCommand, { type: 'StartBackfill' }>;
const start: Start = {
  type: 'StartBackfill',
  backfillId: BACKFILL,
  schedule: scheduled(),
  scheduleRevision: 4,
  template: fit,
  templateRevision: 7,
  calendar: null,
  from: '2026-10-24T00:00:00.000Z',
  to: '2026-10-26T06:30:00.000Z',
  concurrency: 2,
  priority: 'low',
  note: 'October again',
  by: BEN,
  at: AT,
};
const started: BackfillEvent = {
  type: 'BackfillStarted',
  backfillId: BACKFILL,
  scheduleId: SCHEDULE_ID,
  scheduleRevision: 4,
  templateId: TEMPLATE_ID,
  templateRevision: 7,
  owner: ANNA,
  from: start.from,
  to: start.to,
  timeZone: 'Europe/Berlin',
  // Winter time begins on the 25th.
  occurrences: ['2026-10-24T05:30:00.000Z', '2026-10-25T06:30:00.000Z', '2026-10-26T06:30:00.000Z'],
  concurrency: 2,
  priority: 'low',
  note: 'October again',
  by: BEN,
  at: AT,
};
const cancel: BackfillCommand = {
  ...{ type: 'CancelBackfill', backfillId: BACKFILL, cancelRunning: false, cause: 'by_hand', by: BEN, at: LATER },
};
const cancelled: BackfillEvent = { ...cancel, type: 'BackfillCancelled' };
const outcomes = { completed: 1, failed: 1, cancelled: 1, expired: 0 };
const complete: BackfillCommand = { type: 'CompleteBackfill', backfillId: BACKFILL, outcomes, at: LATER };
const completed: BackfillEvent = { type: 'BackfillCompleted', backfillId: BACKFILL, ...outcomes, at: LATER };

describe('starting a backfill', () => {
  it('fixes the nominal times of the range, both ends included, before the schedule was defined or not', () => {
    given(backfill).when(start).then(started);
    expect(given(backfill, started).state).toMatchObject({ status: 'active', total: 3, owner: ANNA });
  });

  it('may be of a paused schedule', () => {
    given(backfill)
      .when({ ...start, schedule: scheduled({}, 'paused') })
      .then(started);
  });

  it('keeps to the window of the schedule', () => {
    const window = { startsAt: '2026-10-25T00:00:00.000Z', endsAt: '2026-10-25T23:00:00.000Z' };
    given(backfill)
      .when({ ...start, schedule: scheduled(window) })
      .then({ ...started, occurrences: ['2026-10-25T06:30:00.000Z'] });
  });

  it('minds the calendar', () => {
    const use = { calendarId: '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d05', onHoliday: 'next_business_day' } as const;
    const calendar = { weekend: [6, 7], holidays: new Set(['2026-10-26']) } as const;
    given(backfill)
      .when({ ...start, to: '2026-10-28T00:00:00.000Z', schedule: scheduled({ calendar: use }), calendar })
      .then({ ...started, to: '2026-10-28T00:00:00.000Z', occurrences: ['2026-10-27T06:30:00.000Z'] });
  });

  it('may be of a single moment, and end now', () => {
    const moment = { from: AT, to: AT };
    const schedule = scheduled({ recurrence: { type: 'hourly', minute: 0 } });
    given(backfill)
      .when({ ...start, ...moment, schedule })
      .then({ ...started, ...moment, occurrences: [AT] });
  });

  it('takes 10,000 occurrences and refuses one more, saying how many there are', () => {
    const schedule = scheduled({ recurrence: { type: 'minutes', every: 1 }, timeZone: 'UTC' });
    const minutes = (count: number) => ({
      ...{ ...start, schedule, from: '2026-10-01T00:00:00.000Z' },
      to: new Date(Date.UTC(2026, 9, 1, 0, count - 1)).toISOString(),
    });
    const { decision } = given(backfill).when(minutes(10_000));
    expect(decision).toMatchObject({ accepted: true, events: [{ type: 'BackfillStarted' }] });
    expect(decision.accepted && decision.events[0]).toHaveProperty('occurrences.9999', minutes(10_000).to);
    expect(given(backfill).when(minutes(10_001)).decision).toMatchObject({
      refusal: {
        code: 'backfill.too_many',
        problems: [{ pointer: '/from', message: expect.stringContaining('10001') }],
      },
    });
  });

  it('counts a century, and no more of it than lies in the window', () => {
    const century = { ...start, from: '1926-10-26T06:30:00.001Z' };
    expect(given(backfill).when(century).decision).toMatchObject({
      refusal: { problems: [{ message: expect.stringContaining('36525 ') }] },
    });
    const schedule = scheduled({ endsAt: '1976-10-26T06:30:00.000Z' });
    expect(given(backfill).when({ ...century, schedule }).decision).toMatchObject({
      refusal: { problems: [{ message: expect.stringContaining('18263 ') }] },
    });
  });

  it.each([
    ['that ends before it starts', { to: '2026-10-23T00:00:00.000Z' }, '/to'],
    ['that lies in the future', { to: '2026-11-23T12:00:00.001Z' }, '/to'],
    ['of times before 1900', { from: '1899-12-31T23:59:59.999Z' }, '/from'],
  ])('is refused for a range %s', (_, range, pointer) => {
    expect(given(backfill).when({ ...start, ...range }).decision).toEqual({
      accepted: false,
      refusal: {
        code: 'backfill.range_invalid',
        problems: [{ code: 'backfill.range_invalid', pointer, message: expect.any(String) }],
      },
    });
  });

  it('is refused for a range without occurrences', () => {
    given(backfill)
      .when({ ...start, from: '2026-10-24T06:00:00.000Z', to: '2026-10-24T23:00:00.000Z' })
      .refused('backfill.nothing_due');
  });

  it.each([
    { type: 'after_schedule', scheduleId: SCHEDULE_ID } as const,
    { type: 'dataset_refreshed', datasetId: TEMPLATE_ID } as const,
  ])('is refused for a schedule that goes by no clock: $type', (recurrence) => {
    given(backfill)
      .when({ ...start, schedule: scheduled({ recurrence }) })
      .refused('backfill.no_clock');
  });

  it('is refused for a schedule that is not there, or removed', () => {
    given(backfill)
      .when({ ...start, schedule: { status: 'absent' } })
      .refused('schedule.missing');
    given(backfill)
      .when({ ...start, schedule: scheduled({}, 'removed') })
      .refused('schedule.removed');
  });

  it('is refused for a template that is not there, archived, or does not fit its dataset', () => {
    const of = (template: TemplateCheck) => given(backfill).when({ ...start, template });
    of({ status: 'absent', problems: [] }).refused('template.missing');
    of({ status: 'archived', problems: [] }).refused('template.archived');
    const problems = [{ code: 'column.unknown', pointer: '/columns/0/column', message: 'no such column' }] as const;
    expect(of({ status: 'active', problems }).decision).toMatchObject({
      refusal: { code: 'template.invalid', problems },
    });
  });

  it('is refused under an id that is taken, and tells whether the other has ended', () => {
    given(backfill, started).when(start).refused('backfill.under_way');
    given(backfill, started, completed).when(start).refused('backfill.exists');
    given(backfill, started, cancelled).when(start).refused('backfill.exists');
  });
});

describe('cancelling a backfill', () => {
  it('ends it', () => {
    given(backfill, started).when(cancel).then(cancelled);
    expect(given(backfill, started, cancelled).state).toMatchObject({ status: 'cancelled', cancelRunning: false });
  });

  it('changes nothing the second time, unless running jobs are to be cancelled now', () => {
    given(backfill, started, cancelled).when(cancel).thenNothing();
    const all: BackfillEvent = { ...cancelled, cancelRunning: true };
    given(backfill, started, cancelled)
      .when({ ...cancel, cancelRunning: true })
      .then(all);
    given(backfill, started, cancelled, all)
      .when({ ...cancel, cancelRunning: true })
      .thenNothing();
    expect(given(backfill, started, all, cancelled).state).toMatchObject({ cancelRunning: true });
  });

  it('is refused for an unknown one, and for one that has ended', () => {
    given(backfill).when(cancel).refused('backfill.missing');
    given(backfill, started, completed).when(cancel).refused('backfill.ended');
  });
});

describe('completing a backfill', () => {
  it('tells how its jobs ended', () => {
    given(backfill, started).when(complete).then(completed);
    expect(given(backfill, started, completed).state).toMatchObject({ status: 'completed' });
  });

  it('changes nothing the second time, and after a cancel', () => {
    given(backfill, started, completed).when(complete).thenNothing();
    given(backfill, started, cancelled).when(complete).thenNothing();
  });

  it('is refused for an unknown one', () => given(backfill).when(complete).refused('backfill.missing'));
});

it('ignores a history without a beginning', () => {
  expect(given(backfill, cancelled, completed).state).toEqual({ status: 'absent' });
});

describe('the ids', () => {
  it('stay what they are for good', () => {
    expect(BACKFILL).toBe('d8dda7d4-9531-5a33-894e-a4cf918432b4');
    expect(backfillJobId(BACKFILL, '2026-10-24T05:30:00.000Z')).toBe('faa68a0f-5f4b-5fc4-9a53-57e17420cc69');
  });

  it('differ by schedule, by backfill and by nominal time, whatever form the time has', () => {
    expect(backfillIdOf(SCHEDULE_ID, 1)).not.toBe(BACKFILL);
    expect(backfillIdOf(TEMPLATE_ID, 0)).not.toBe(BACKFILL);
    const first = backfillJobId(BACKFILL, AT);
    expect(backfillJobId(BACKFILL, '2026-11-23T13:00:00+01:00')).toBe(first);
    expect(backfillJobId(BACKFILL, LATER)).not.toBe(first);
    expect(backfillJobId(backfillIdOf(SCHEDULE_ID, 1), AT)).not.toBe(first);
  });
});
