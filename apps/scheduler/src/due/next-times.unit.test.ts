import type { BusinessCalendar } from '#domain';
import { scheduleDefinition } from '#domain/testing';
import { NEVER, NextTimes } from './next-times';

const hourly = scheduleDefinition({ recurrence: { type: 'hourly', minute: 5 }, timeZone: 'UTC', catchUpMinutes: 0 });

describe('remembered due times', () => {
  it('gives instants of the same minute one answer, strictly after them', () => {
    const times = new NextTimes();
    const inTheMinute = times.after(hourly, null, new Date('2026-11-23T12:04:59.999Z'));
    expect(inTheMinute).toEqual(new Date('2026-11-23T12:05:00.000Z'));
    expect(times.after(hourly, null, new Date('2026-11-23T12:04:00.000Z'))).toBe(inTheMinute);
    expect(times.after(hourly, null, new Date('2026-11-23T12:05:00.000Z'))).toEqual(
      new Date('2026-11-23T13:05:00.000Z'),
    );
  });

  it('keeps apart schedules that differ in zone or window', () => {
    const times = new NextTimes();
    const noon = new Date('2026-11-23T12:00:00.000Z');
    expect(times.after(hourly, null, noon)).toEqual(new Date('2026-11-23T12:05:00.000Z'));
    expect(times.after({ ...hourly, timeZone: 'Asia/Kolkata' }, null, noon)).toEqual(
      new Date('2026-11-23T12:35:00.000Z'),
    );
    expect(times.after({ ...hourly, endsAt: '2026-11-23T12:04:00.000Z' }, null, noon)).toBeNull();
    expect(times.after({ ...hourly, startsAt: '2026-11-23T14:00:00.000Z' }, null, noon)).toEqual(
      new Date('2026-11-23T14:05:00.000Z'),
    );
  });

  it('looks at a schedule when it runs, and before if something is left out', () => {
    const times = new NextTimes();
    const noon = new Date('2026-11-23T12:00:00.500Z');
    const due = new Date('2026-11-23T12:05:00.000Z');
    expect(times.nextAfter(hourly, null, noon)).toEqual({ nextRunAt: due, nextOccurrenceAt: due });
    const use = { calendarId: '00000000-0000-4000-8000-000000000001', onHoliday: 'skip' } as const;
    const holiday: BusinessCalendar = { weekend: [6, 7], holidays: new Set(['2026-11-23']) };
    const skipping = { ...hourly, calendar: use };
    const told = new Date('2026-11-23T23:05:00.000Z');
    const tomorrow = new Date('2026-11-24T00:05:00.000Z');
    expect(times.nextAfter(skipping, holiday, noon)).toEqual({ nextRunAt: told, nextOccurrenceAt: tomorrow });
    expect(times.nextAfter(skipping, holiday, noon, told)).toEqual({ nextRunAt: told, nextOccurrenceAt: tomorrow });
    const endsToday = { ...skipping, endsAt: '2026-11-23T23:59:00.000Z' };
    expect(times.nextAfter(endsToday, holiday, noon)).toEqual({ nextRunAt: told, nextOccurrenceAt: null });
    expect(times.nextAfter(endsToday, holiday, told)).toEqual(NEVER);
  });

  it('finds the first occurrence after an instant within the minute of one', () => {
    const times = new NextTimes();
    const due = new Date('2026-11-23T12:05:00.000Z');
    expect(times.occurrenceAfter(hourly, null, new Date('2026-11-23T12:04:59.999Z'))).toEqual(due);
    expect(times.occurrenceAfter(hourly, null, new Date('2026-11-23T12:04:00.001Z'))).toBe(
      times.occurrenceAfter(hourly, null, new Date('2026-11-23T12:04:30.000Z')),
    );
    expect(times.occurrenceAfter(hourly, null, due)).toEqual(new Date('2026-11-23T13:05:00.000Z'));
  });

  it('settles what is due by a moment within the minute, and what is due at that moment', () => {
    const times = new NextTimes();
    const due = new Date('2026-11-23T12:05:00.000Z');
    const expected = { request: [due], skipped: [], next: new Date('2026-11-23T13:05:00.000Z') };
    const open = { since: new Date('2026-11-23T11:05:00.000Z'), nextDue: due };
    expect(times.dueBy(new Date('2026-11-23T12:05:00.007Z'), hourly, null, open)).toEqual(expected);
    expect(times.dueBy(due, hourly, null, open)).toEqual(expected);
  });

  it('moves on from what a clock change leaves out, which falls just before a whole minute', () => {
    const times = new NextTimes();
    const gap = scheduleDefinition({
      recurrence: { type: 'cron', expression: '30 2,3 * * *' },
      clockChanges: { skippedTime: 'skip', repeatedTime: 'first' },
    });
    const leftOut = new Date('2027-03-28T00:59:59.999Z');
    expect(times.after(gap, null, new Date('2027-03-28T00:59:00.000Z'))).toEqual(leftOut);
    expect(times.after(gap, null, leftOut)).toEqual(new Date('2027-03-28T01:30:00.000Z'));
    const open = { since: new Date('2027-03-27T02:30:00.000Z'), nextDue: leftOut };
    expect(times.dueBy(leftOut, gap, null, open)).toEqual({
      request: [],
      skipped: [{ from: leftOut, to: leftOut, count: 1, reason: 'clock_change' }],
      next: new Date('2027-03-28T01:30:00.000Z'),
    });
  });

  it('keeps apart calendars and policies, and tells the whole of a holiday', () => {
    const times = new NextTimes();
    const use = { calendarId: '00000000-0000-4000-8000-000000000001', onHoliday: 'skip' } as const;
    const skipping = { ...hourly, calendar: use };
    const holiday: BusinessCalendar = { weekend: [6, 7], holidays: new Set(['2026-11-23']) };
    const plain: BusinessCalendar = { weekend: [6, 7], holidays: new Set() };
    const noon = new Date('2026-11-23T12:00:00.000Z');
    const last = new Date('2026-11-23T23:05:00.000Z');
    expect(times.after(skipping, plain, noon)).toEqual(new Date('2026-11-23T12:05:00.000Z'));
    expect(times.after(skipping, holiday, noon)).toEqual(last);
    const moving = { ...skipping, calendar: { ...use, onHoliday: 'next_business_day' as const } };
    expect(times.after(moving, holiday, noon)).toEqual(new Date('2026-11-24T00:05:00.000Z'));
    expect(times.dueBy(last, skipping, holiday, { since: noon, nextDue: last }).skipped).toEqual([
      { from: new Date('2026-11-23T12:05:00.000Z'), to: last, count: 12, reason: 'holiday' },
    ]);
  });
});
