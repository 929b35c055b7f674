/**
 * An ISO 8601 duration (5.5.2.2) whose parts may each have a sign, as PostgreSQL writes intervals, or which has one before the
 * `P` for all of them (ISO 8601-2, 4.4.1.9). Eight digits a part keep every sum within PostgreSQL's interval.
 */
const DURATION =
  /^(?<sign>[+-]?)P(?=.)(?:(?<years>[+-]?\d{1,8})Y)?(?:(?<months>[+-]?\d{1,8})M)?(?:(?<weeks>[+-]?\d{1,8})W)?(?:(?<days>[+-]?\d{1,8})D)?(?:T(?=.)(?:(?<hours>[+-]?\d{1,8})H)?(?:(?<minutes>[+-]?\d{1,8})M)?(?:(?<seconds>[+-]?\d{1,8}(?:\.\d{1,6})?)S)?)?$/;

const MOST_DAYS = 99_999_999;

/**
 * The duration as PostgreSQL reads it, with a sign at each part and weeks as days: `-P1W2DT0.5S` becomes `P-9DT-0.5S`. Null
 * for what is none. A day is no 24 hours and a month no 30 days here: parts are not carried over.
 */
export function canonicalDuration(text: string): string | null {
  const parts = DURATION.exec(text)?.groups;
  if (parts === undefined) return null;
  const negative = parts.sign === '-';
  const whole = (part: string | undefined): number => (negative ? -1 : 1) * Number(part ?? 0);
  const days = 7 * whole(parts.weeks) + whole(parts.days);
  if (Math.abs(days) > MOST_DAYS) return null;
  const seconds = canonicalSeconds(parts.seconds ?? '0', negative);
  const date = [
    [whole(parts.years), 'Y'],
    [whole(parts.months), 'M'],
    [days, 'D'],
  ] as const;
  const time = [
    [whole(parts.hours), 'H'],
    [whole(parts.minutes), 'M'],
  ] as const;
  const timeText = written(time) + (seconds === '0' ? '' : `${seconds}S`);
  const dateText = written(date);
  if (timeText === '') return dateText === '' ? 'PT0S' : `P${dateText}`;
  return `P${dateText}T${timeText}`;
}

function written(parts: readonly (readonly [value: number, unit: string])[]): string {
  return parts
    .filter(([value]) => value !== 0)
    .map(([value, unit]) => `${value}${unit}`)
    .join('');
}

/** Kept as digits: a fraction of a second is exact. */
function canonicalSeconds(text: string, negated: boolean): string {
  const magnitude = text
    .replace(/^[+-]?0*(?=\d)/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
  if (magnitude === '0') return '0';
  return text.startsWith('-') === negated ? magnitude : `-${magnitude}`;
}
