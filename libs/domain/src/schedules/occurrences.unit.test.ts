import { scheduleDefinition } from '../testing/samples';
import { countOccurrences, nextOccurrenceOf, upcomingOccurrences } from './occurrences';
import type { Recurrence } from './recurrence';

function nextOccurrence(recurrence: Recurrence, timeZone: string, after: Date): Date | null {
  return nextOccurrenceOf(scheduleDefinition({ recurrence, timeZone }), null, after, after);
}

/** The `count` occurrences after a time, as ISO texts without seconds. */
function occurrences(recurrence: Recurrence, timeZone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let last: Date | null = new Date(after);
  while (found.length < count) {
    last = nextOccurrence(recurrence, timeZone, last);
    if (last === null) break;
    found.push(last.toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

const daily = (time: string): Recurrence => ({ type: 'daily', time });
const cron = (expression: string): Recurrence => ({ type: 'cron', expression });
const hourly = (minute: number): Recurrence => ({ type: 'hourly', minute });
const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';

describe('the gap in spring', () => {
  it.each([daily('02:30'), cron('30 2 * * *')])('fires at its end in Berlin: %j', (recurrence) => {
    expect(occurrences(recurrence, BERLIN, '2026-03-27T12:00Z', 3)).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
  });
  it.each([daily('02:00'), cron('0 2 * * *')])('fires at its end for its very beginning: %j', (recurrence) => {
    expect(occurrences(recurrence, BERLIN, '2026-03-28T12:00Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-30T00:00Z']);
  });
  it.each([daily('03:00'), cron('0 3 * * *')])('leaves the first time after it alone: %j', (recurrence) => {
    expect(occurrences(recurrence, BERLIN, '2026-03-28T12:00Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-30T01:00Z']);
  });
  it('fires at its end in New York', () => {
    expect(occurrences(daily('02:15'), NEW_YORK, '2026-03-07T12:00Z', 2)).toEqual([
      '2026-03-08T07:00Z',
      '2026-03-09T06:15Z',
    ]);
  });
  it('fires once for all cron times in it', () => {
    expect(occurrences(cron('*/20 * * * *'), BERLIN, '2026-03-29T00:30Z', 4)).toEqual([
      '2026-03-29T00:40Z',
      '2026-03-29T01:00Z',
      '2026-03-29T01:20Z',
      '2026-03-29T01:40Z',
    ]);
  });
  it('fires at its end when it begins at midnight (Havana)', () => {
    expect(occurrences(daily('00:30'), 'America/Havana', '2026-03-07T12:00Z', 2)).toEqual([
      '2026-03-08T05:00Z',
      '2026-03-09T04:30Z',
    ]);
  });
  it('fires at its end when it is two hours long (Troll)', () => {
    expect(occurrences(daily('02:30'), 'Antarctica/Troll', '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
  });
  it('fires at its end when it is a whole day (Apia had no 30 December 2011)', () => {
    expect(occurrences(daily('09:00'), 'Pacific/Apia', '2011-12-29T18:00Z', 3)).toEqual([
      '2011-12-29T19:00Z',
      '2011-12-30T10:00Z',
      '2011-12-30T19:00Z',
    ]);
  });
  it('fires at midnight that a former summer time left out (São Paulo 2018)', () => {
    expect(occurrences(daily('00:00'), 'America/Sao_Paulo', '2018-11-03T12:00Z', 2)).toEqual([
      '2018-11-04T03:00Z',
      '2018-11-05T02:00Z',
    ]);
  });
});

describe('the repeated hour in autumn', () => {
  it.each([daily('02:30'), cron('30 2 * * *')])('fires the first time in Berlin: %j', (recurrence) => {
    expect(occurrences(recurrence, BERLIN, '2026-10-24T12:00Z', 2)).toEqual(['2026-10-25T00:30Z', '2026-10-26T01:30Z']);
  });
  it('fires the first time in New York', () => {
    expect(occurrences(daily('01:59'), NEW_YORK, '2026-10-31T12:00Z', 2)).toEqual([
      '2026-11-01T05:59Z',
      '2026-11-02T06:59Z',
    ]);
  });
  it('does not fire in the second pass when asked in its midst', () => {
    expect(occurrences(daily('02:30'), BERLIN, '2026-10-25T01:15Z', 1)).toEqual(['2026-10-26T01:30Z']);
  });
  it('fires at its end once', () => {
    expect(occurrences(daily('03:00'), BERLIN, '2026-10-24T12:00Z', 2)).toEqual([
      '2026-10-25T02:00Z',
      '2026-10-26T02:00Z',
    ]);
  });
  it('fires at its end when asked in its midst', () => {
    expect(occurrences(daily('03:00'), BERLIN, '2026-10-25T01:15Z', 1)).toEqual(['2026-10-25T02:00Z']);
    expect(occurrences(cron('*/30 * * * *'), BERLIN, '2026-10-25T01:15Z', 1)).toEqual(['2026-10-25T02:00Z']);
  });
  it('lets a minute step of cron rest', () => {
    expect(occurrences(cron('*/30 * * * *'), BERLIN, '2026-10-24T23:45Z', 4)).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T02:00Z',
      '2026-10-25T02:30Z',
    ]);
  });
});

describe('every n minutes', () => {
  it('counts elapsed time through both changes', () => {
    const half: Recurrence = { type: 'minutes', every: 30 };
    expect(occurrences(half, BERLIN, '2026-10-25T00:45Z', 3)).toEqual([
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:00Z',
    ]);
    expect(occurrences(half, BERLIN, '2026-03-29T00:45Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-29T01:30Z']);
  });
  it('begins at midnight of 2000-01-01 in the zone', () => {
    const day: Recurrence = { type: 'minutes', every: 1_440 };
    expect(occurrences(day, 'Asia/Kathmandu', '1999-12-31T18:14Z', 1)).toEqual(['1999-12-31T18:15Z']);
    expect(occurrences({ type: 'minutes', every: 7 }, 'UTC', '1999-12-31T23:59Z', 2)).toEqual([
      '2000-01-01T00:00Z',
      '2000-01-01T00:07Z',
    ]);
    expect(occurrences({ type: 'minutes', every: 7 }, 'UTC', '1999-12-31T23:50Z', 1)).toEqual(['1999-12-31T23:53Z']);
  });
});

describe('hourly', () => {
  it('fires each hour that passes: twice in the repeated one, not in the one left out', () => {
    expect(occurrences(hourly(15), BERLIN, '2026-10-25T00:00Z', 3)).toEqual([
      '2026-10-25T00:15Z',
      '2026-10-25T01:15Z',
      '2026-10-25T02:15Z',
    ]);
    expect(occurrences(hourly(15), BERLIN, '2026-03-29T00:00Z', 2)).toEqual(['2026-03-29T00:15Z', '2026-03-29T01:15Z']);
  });
  it('keeps the minute of the wall in Kathmandu', () => {
    expect(occurrences(hourly(0), 'Asia/Kathmandu', '2026-01-01T00:00Z', 2)).toEqual([
      '2026-01-01T00:15Z',
      '2026-01-01T01:15Z',
    ]);
  });
  it('fires at the end of half an hour left out, and once in half an hour repeated (Lord Howe)', () => {
    // 2026-10-04 02:00+10:30 becomes 02:30+11:00 at 15:30Z the day before.
    expect(occurrences(hourly(15), 'Australia/Lord_Howe', '2026-10-03T14:30Z', 3)).toEqual([
      '2026-10-03T14:45Z',
      '2026-10-03T15:30Z',
      '2026-10-03T16:15Z',
    ]);
    expect(occurrences(hourly(45), 'Australia/Lord_Howe', '2026-10-03T15:00Z', 2)).toEqual([
      '2026-10-03T15:15Z',
      '2026-10-03T15:45Z',
    ]);
    // 2026-04-05 02:00+11:00 becomes 01:30+10:30 at 15:00Z the day before.
    expect(occurrences(hourly(45), 'Australia/Lord_Howe', '2026-04-04T14:00Z', 2)).toEqual([
      '2026-04-04T14:45Z',
      '2026-04-04T16:15Z',
    ]);
    expect(occurrences(hourly(0), 'Australia/Lord_Howe', '2026-04-04T14:00Z', 1)).toEqual(['2026-04-04T15:30Z']);
  });
});

describe('days of the calendar', () => {
  it('weekly fires on its weekdays in any order given', () => {
    // 2026-11-23 is a Monday.
    expect(occurrences({ type: 'weekly', weekdays: [7, 1, 3], time: '08:00' }, 'UTC', '2026-11-23T08:00Z', 4)).toEqual([
      '2026-11-25T08:00Z',
      '2026-11-29T08:00Z',
      '2026-11-30T08:00Z',
      '2026-12-02T08:00Z',
    ]);
  });
  it.each([31, 'last'] as const)('monthly on %s fires on the last day of a shorter month', (day) => {
    expect(occurrences({ type: 'monthly', day, time: '00:00' }, 'UTC', '2028-01-30T00:00Z', 4)).toEqual([
      '2028-01-31T00:00Z',
      '2028-02-29T00:00Z',
      '2028-03-31T00:00Z',
      '2028-04-30T00:00Z',
    ]);
  });
  it('monthly crosses the year', () => {
    expect(occurrences({ type: 'monthly', day: 1, time: '06:00' }, 'UTC', '2026-12-01T06:00Z', 1)).toEqual([
      '2027-01-01T06:00Z',
    ]);
  });
  it('takes the day of the zone, not of UTC', () => {
    expect(occurrences({ type: 'monthly', day: 1, time: '00:30' }, 'Asia/Kathmandu', '2026-11-01T00:00Z', 1)).toEqual([
      '2026-11-30T18:45Z',
    ]);
  });
});

describe('cron', () => {
  it.each([
    ['30 7 * * 1-5', ['2026-11-24T07:30Z', '2026-11-25T07:30Z']],
    ['0 0 L * *', ['2026-11-30T00:00Z', '2026-12-31T00:00Z']],
    ['0 9 * * 1#1', ['2026-12-07T09:00Z', '2027-01-04T09:00Z']],
    ['0 0 15W * *', ['2026-12-15T00:00Z', '2027-01-15T00:00Z']],
    ['0 0 13 * 5', ['2026-11-27T00:00Z', '2026-12-04T00:00Z']],
    ['59 23 31 12 *', ['2026-12-31T23:59Z', '2027-12-31T23:59Z']],
    ['0 12 29 2 *', ['2028-02-29T12:00Z', '2032-02-29T12:00Z']],
    ['5,10 8-9 * * *', ['2026-11-24T08:05Z', '2026-11-24T08:10Z']],
  ])('%s', (expression, expected) => {
    expect(occurrences(cron(expression), 'UTC', '2026-11-23T12:00Z', 2)).toEqual(expected);
  });
  it('never fires on a date that does not come', () => {
    expect(nextOccurrence(cron('0 0 31 2 *'), 'UTC', new Date('2026-11-23'))).toBeNull();
  });
  it.each(['0 0 0 * * *', '@daily', 'x', '0 24 * * *'])('throws for %s', (expression) => {
    expect(() => nextOccurrence(cron(expression), 'UTC', new Date('2026-11-23'))).toThrow(RangeError);
  });
});

it('throws for an unknown zone', () => {
  expect(() => nextOccurrence(daily('07:00'), 'Mars/Olympus', new Date('2026-11-23'))).toThrow(RangeError);
});

describe('a schedule', () => {
  const startsAt = '2026-11-25T06:30:00.000Z';
  const endsAt = '2026-11-27T06:30:00.000Z';
  const definition = scheduleDefinition({ startsAt, endsAt });
  it('has occurrences from its start to its end, both included', () => {
    const after = new Date('2026-11-01T00:00Z');
    expect(upcomingOccurrences(definition, null, after, 10).map((date) => date.toISOString())).toEqual([
      startsAt,
      '2026-11-26T06:30:00.000Z',
      endsAt,
    ]);
    expect(upcomingOccurrences(definition, null, after, 2)).toHaveLength(2);
    expect(upcomingOccurrences(definition, null, new Date(endsAt), 2)).toEqual([]);
  });
  it('has none at or before the time from which it counts', () => {
    const open = scheduleDefinition();
    const from = new Date('2026-11-25T06:30:00Z');
    expect(nextOccurrenceOf(open, null, from, new Date('2026-11-20T00:00Z'))).toEqual(new Date('2026-11-26T06:30:00Z'));
    expect(nextOccurrenceOf(open, null, from, new Date('2026-11-26T06:30:00Z'))).toEqual(
      new Date('2026-11-27T06:30:00Z'),
    );
  });
});

it('counts nothing backwards', () => {
  expect(countOccurrences(scheduleDefinition(), null, new Date('2026-11-23'), new Date('2026-11-20'))).toBe(0);
});
