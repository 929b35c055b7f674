import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { toInstant } from '../instants';
import type { Weekday } from '../schedules/recurrence';
import { blackoutEnd, lastBlackoutEnd, leavesNoTime, type Blackout } from './blackouts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** What the clock showed before the first day is not known. */
const FIRST_MINUTE = 300;
const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

function blackout(from: string, to: string, more: Partial<Blackout> = {}): Blackout {
  return { weekdays: EVERY_DAY, from, to, timeZone: 'Europe/Berlin', ...more };
}

describe('the end of a blackout', () => {
  it.each([
    ['within the day', '2026-11-24T12:00:00.000Z', [blackout('12:00', '14:00')], '2026-11-24T13:00:00.000Z'],
    ['over midnight, before it', '2026-11-24T22:00:00.000Z', [blackout('22:00', '06:00')], '2026-11-25T05:00:00.000Z'],
    ['over midnight, after it', '2026-11-25T04:59:59.999Z', [blackout('22:00', '06:00')], '2026-11-25T05:00:00.000Z'],
    ['at its end', '2026-11-25T05:00:00.000Z', [blackout('22:00', '06:00')], null],
    ['before its begin', '2026-11-24T20:59:59.999Z', [blackout('22:00', '06:00')], null],
    [
      'with another one that follows on',
      '2026-11-24T12:00:00.000Z',
      [blackout('14:00', '15:00'), blackout('12:00', '14:00')],
      '2026-11-24T14:00:00.000Z',
    ],
    [
      'when from and to are the same: a day',
      '2026-11-24T12:00:00.000Z',
      [blackout('10:00', '10:00', { weekdays: [2] })],
      '2026-11-25T09:00:00.000Z',
    ],
    [
      'on the day after its weekday',
      '2026-11-23T01:00:00.000Z',
      [blackout('22:00', '06:00', { weekdays: [7] })],
      '2026-11-23T05:00:00.000Z',
    ],
    [
      'not on the morning of its weekday',
      '2026-11-22T01:00:00.000Z',
      [blackout('22:00', '06:00', { weekdays: [7] })],
      null,
    ],
    // 02:00 to 03:00 does not exist on 29 March 2026, and comes twice on 25 October.
    [
      'that ends in a gap: with the gap',
      '2026-03-29T00:30:00.000Z',
      [blackout('01:00', '02:30')],
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'that ends in a repeated hour: the first time',
      '2026-10-25T00:00:00.000Z',
      [blackout('01:00', '02:30')],
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'over a repeated hour: an hour longer',
      '2026-10-25T00:00:00.000Z',
      [blackout('01:00', '05:00')],
      '2026-10-25T04:00:00.000Z',
    ],
    [
      'over a gap: an hour shorter',
      '2026-03-29T00:30:00.000Z',
      [blackout('01:00', '05:00')],
      '2026-03-29T03:00:00.000Z',
    ],
  ] as const)('%s', (_what, at, blackouts, end) => {
    expect(blackoutEnd(at, blackouts)).toBe(end);
  });

  it('is none without blackouts', () => {
    expect(blackoutEnd('2026-11-24T12:00:00.000Z', [])).toBeNull();
  });

  it('ends a look into blackouts that never end', () => {
    const always = [blackout('00:00', '12:00'), blackout('12:00', '00:00')];
    expect(leavesNoTime('2026-11-24T12:00:00.000Z', always)).toBe(true);
    expect(leavesNoTime('2026-11-24T12:00:00.000Z', [blackout('00:01', '00:00')])).toBe(false);
  });
});

describe('the end of the last blackout', () => {
  const NOON = '2026-11-24T12:00:00.000Z';

  it.each([
    ['that is over today', [blackout('10:00', '12:00')], '2026-11-24T11:00:00.000Z'],
    ['that lasts', [blackout('12:00', '14:00')], '2026-11-24T13:00:00.000Z'],
    ['that was yesterday, since today it has not begun', [blackout('15:00', '16:00')], '2026-11-23T15:00:00.000Z'],
    [
      'of a week ago, on a weekday whose hour is to come',
      [blackout('15:00', '16:00', { weekdays: [2] })],
      '2026-11-17T15:00:00.000Z',
    ],
    ['of several', [blackout('02:00', '03:00'), blackout('06:00', '07:00')], '2026-11-24T06:00:00.000Z'],
  ] as const)('%s', (_what, blackouts, end) => {
    expect(lastBlackoutEnd(NOON, blackouts)).toBe(end);
  });

  it('is none without blackouts', () => {
    expect(lastBlackoutEnd(NOON, [])).toBeNull();
  });
});

/** Weeks with a clock change in each of the zones, and one without. */
const WEEKS = [
  ['Europe/Berlin', '2026-03-27'],
  ['Europe/Berlin', '2026-10-23'],
  ['Australia/Lord_Howe', '2026-04-03'],
  ['America/Havana', '2026-10-30'],
  ['Asia/Kolkata', '2026-06-10'],
] as const;

const wallTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));

const anyBlackout = (timeZone: string) =>
  fc.record({
    weekdays: fc.subarray([...EVERY_DAY], { minLength: 1 }),
    from: wallTime,
    to: wallTime,
    timeZone: fc.constant(timeZone),
  });

/** The latest time that the clock on the wall has shown, in minutes since 1970, for each minute of five days from the start on. */
const shown = new Map<string, readonly number[]>();
function wallOf(timeZone: string, start: number): readonly number[] {
  const key = `${timeZone} ${start}`;
  const known = shown.get(key);
  if (known) return known;
  const epoch = Temporal.PlainDate.from('1970-01-01');
  let latest = -Infinity;
  const minutes = Array.from({ length: 5 * 1440 }, (_, index) => {
    const zoned = Temporal.Instant.fromEpochMilliseconds(start + index * MINUTE).toZonedDateTimeISO(timeZone);
    const minute = epoch.until(zoned.toPlainDate()).days * 1440 + zoned.hour * 60 + zoned.minute;
    latest = Math.max(latest, minute);
    return latest;
  });
  shown.set(key, minutes);
  return minutes;
}

/** Which minutes of five days are in a blackout. */
function minutesWithin(start: number, { weekdays, from, to, timeZone }: Blackout): boolean[] {
  const ofDay = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const length = (ofDay(to) - ofDay(from) + 1440) % 1440 || 1440;
  return wallOf(timeZone, start).map((latest) => {
    const today = Math.floor(latest / 1440);
    return [today, today - 1].some((day) => {
      const weekday = new Date(day * DAY).getUTCDay() || 7;
      const begin = day * 1440 + ofDay(from);
      return weekdays.includes(weekday as Weekday) && begin <= latest && latest < begin + length;
    });
  });
}

it('agrees with a clock on the wall, minute by minute, over clock changes', () => {
  fc.assert(
    fc.property(
      fc
        .constantFrom(...WEEKS)
        .chain(([zone, day]) =>
          fc.tuple(fc.constant(day), fc.array(anyBlackout(zone), { minLength: 1, maxLength: 2 })),
        ),
      (sample) => {
        const [day, blackouts] = sample;
        const start = Date.parse(`${day}T00:00:00Z`);
        const each = blackouts.map((one) => minutesWithin(start, one));
        const within = each[0]!.map((_, minute) => each.some((minutes) => minutes[minute]));
        for (let minute = FIRST_MINUTE; minute < within.length; minute += 37) {
          const end = within.indexOf(false, minute);
          const found = blackoutEnd(toInstant(start + minute * MINUTE), blackouts);
          if (end === minute) expect(found).toBeNull();
          else if (end > 0) expect(found).toBe(toInstant(start + end * MINUTE));
          const last = within.lastIndexOf(true, minute);
          if (last < 0) continue;
          const before = lastBlackoutEnd(toInstant(start + minute * MINUTE), blackouts);
          if (last < minute) expect(before).toBe(toInstant(start + (last + 1) * MINUTE));
          else expect(Date.parse(before ?? '')).toBeGreaterThan(start + minute * MINUTE);
        }
      },
    ),
    { numRuns: 40 },
  );
});
