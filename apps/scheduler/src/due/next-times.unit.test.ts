import { scheduleDefinition } from '#domain/testing';
import { NextTimes } from './next-times';

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

  it('settles what is due by a moment within the minute, and what is due at that moment', () => {
    const times = new NextTimes();
    const due = new Date('2026-11-23T12:05:00.000Z');
    const expected = { request: [due], skipped: [], next: new Date('2026-11-23T13:05:00.000Z') };
    const open = { since: new Date('2026-11-23T11:05:00.000Z'), nextDue: due };
    expect(times.dueBy(new Date('2026-11-23T12:05:00.007Z'), hourly, null, open)).toEqual(expected);
    expect(times.dueBy(due, hourly, null, open)).toEqual(expected);
  });
});
