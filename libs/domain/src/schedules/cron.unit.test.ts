import { readCron } from './cron';
import { dayOf, type Day, type DayRule } from './days';

const day = (date: string) => dayOf(date)!;
const FAR_AHEAD = day('2100-01-01');

function daysOf(expression: string): DayRule {
  const reading = readCron(expression);
  if (!reading.ok) throw new Error(reading.problem.message);
  return reading.rule.days;
}

describe('the days of a cron expression', () => {
  it('are the same in whatever order they are asked for', () => {
    // An expression of its own, so that nothing is remembered of it before.
    const rule = daysOf('1 2 13 * 5');
    const asked: readonly (readonly [after: string, expected: string])[] = [
      ['2026-11-26', '2026-11-27'],
      ['2026-11-12', '2026-11-13'],
      ['2026-11-27', '2026-12-04'],
      ['2040-01-06', '2040-01-13'],
      ['2026-12-11', '2026-12-13'],
      ['2020-01-01', '2020-01-03'],
      ['2026-11-26', '2026-11-27'],
    ];
    for (const [after, expected] of asked) expect(rule.next(day(after), FAR_AHEAD)).toBe(day(expected));
  });

  it('are none after the last one that is asked for', () => {
    const rule = daysOf('3 2 L * *');
    expect(rule.next(day('2026-11-01'), day('2026-11-29'))).toBeNull();
    expect(rule.next(day('2026-11-01'), day('2026-11-30'))).toBe(day('2026-11-30'));
  });

  it('go on after more than are remembered', () => {
    const rule = daysOf('4 2 * * 1-6');
    let last: Day = day('2026-11-22');
    for (let count = 0; count < 11_500; count += 1) last = rule.next(last, FAR_AHEAD)!;
    // 11,500 days of six a week: 1,916 weeks and four days.
    expect(last).toBe(day('2026-11-22') + 1_916 * 7 + 4);
    expect(rule.next(day('2026-11-22'), FAR_AHEAD)).toBe(day('2026-11-23'));
  });

  it('do not come for a date that no year has', () => {
    const rule = daysOf('5 2 31 4 *');
    expect(rule.next(day('2026-11-01'), FAR_AHEAD)).toBeNull();
    expect(rule.next(day('2020-11-01'), FAR_AHEAD)).toBeNull();
  });
});
