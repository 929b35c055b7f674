import { readable, unreadable, type FormatReading } from './format-reading';

/** Units of a written duration: hours, minutes, seconds and thousandths of one. */
export type DurationUnit = 'h' | 'm' | 's' | 'SSS';

/** How a duration is written: its units from the largest, which takes all that is above it, without a gap. */
export interface DurationFormat {
  readonly type: 'duration';
  readonly units: readonly [DurationUnit, ...DurationUnit[]];
}

/** The elapsed times of spreadsheets (ECMA-376 part 1, 18.8.31): in brackets the unit that may exceed a day, hour or minute. */
const UNITS_BY_PATTERN: ReadonlyMap<string, DurationFormat['units']> = new Map([
  ['[h]', ['h']],
  ['[h]:mm', ['h', 'm']],
  ['[h]:mm:ss', ['h', 'm', 's']],
  ['[h]:mm:ss.SSS', ['h', 'm', 's', 'SSS']],
  ['[m]', ['m']],
  ['[m]:ss', ['m', 's']],
  ['[m]:ss.SSS', ['m', 's', 'SSS']],
  ['[s]', ['s']],
  ['[s].SSS', ['s', 'SSS']],
]);

export function parseDurationFormat(pattern: string): FormatReading<DurationFormat> {
  const units = UNITS_BY_PATTERN.get(pattern);
  return units === undefined
    ? unreadable(`A format of a duration is one of ${[...UNITS_BY_PATTERN.keys()].join(', ')}.`)
    : readable({ type: 'duration', units });
}
