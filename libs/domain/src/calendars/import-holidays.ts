import type { CalendarDefinition, CalendarSource, Holiday } from './calendar-messages';

/** First and last year, both included. */
export interface Years {
  readonly fromYear: number;
  readonly toYear: number;
}

/**
 * The years to import so that those wanted are there and what was imported stays one stretch, ascending. None that was imported
 * before: its days may have been edited since.
 */
export function yearsToImport(wanted: Years, imported: Years | null): number[] {
  const first = Math.min(wanted.fromYear, imported?.fromYear ?? wanted.fromYear);
  const last = Math.max(wanted.toYear, imported?.toYear ?? wanted.toYear);
  const years = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  return years.filter((year) => imported === null || year < imported.fromYear || year > imported.toYear);
}

/** The definition with imported holidays. A date that has a holiday keeps its name. */
export function withImported(
  definition: CalendarDefinition,
  from: Pick<CalendarSource, 'country' | 'region'>,
  years: readonly number[],
  imported: readonly Holiday[],
): CalendarDefinition {
  const { fromYear, toYear } = definition.source ?? { fromYear: Infinity, toYear: -Infinity };
  const known = new Set(definition.holidays.map(({ date }) => date));
  return {
    ...definition,
    holidays: [...definition.holidays, ...imported.filter(({ date }) => !known.has(date))],
    source: { ...from, fromYear: Math.min(fromYear, ...years), toYear: Math.max(toYear, ...years) },
  };
}
