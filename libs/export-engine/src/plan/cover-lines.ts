import { Temporal } from 'temporal-polyfill';
import { describeFilter, type DatasetDefinition, type Instant, type TemplateDefinition, type TimeZone } from '#domain';

/** A line of a cover sheet: what it is about, and what it says. */
export type CoverLine = readonly [label: string, text: string];

export interface CoverSubject {
  readonly title: string;
  readonly definition: TemplateDefinition;
  readonly dataset: DatasetDefinition;
  readonly nominalTime: Instant;
  readonly timeZone: TimeZone;
}

/** What a cover says of the rows of its file. */
export interface CoverFacts {
  /** Totals included. */
  readonly rows: number;
  /** Whether the report was cut, as far as that is known. */
  readonly truncated: boolean;
}

/** What a cover sheet can say before the report has run; null for a report without one. */
export function coverLines({ title, definition, dataset, nominalTime, timeZone }: CoverSubject): CoverLine[] | null {
  if (!definition.layout.coverSheet) return null;
  const { filter, parameters } = definition;
  return [
    ['Report', title],
    ['Dataset', dataset.name],
    ['Due', dueText(nominalTime, timeZone)],
    ['Filter', filter === null ? 'All rows' : describeFilter(filter, dataset.columns)],
    ...parameters.map(({ label, defaultValue }): CoverLine => [label, defaultValue]),
  ];
}

/** The whole cover sheet of a finished report. */
export function completeCover(
  lines: readonly CoverLine[],
  ownerName: string | null,
  { rows, truncated }: CoverFacts,
): CoverLine[] {
  const owner: CoverLine[] = ownerName === null ? [] : [['Made for', ownerName]];
  const note: CoverLine[] = truncated ? [['Note', 'The report has more rows: a limit cut it here.']] : [];
  return [...lines, ...owner, ['Rows', String(rows)], ...note];
}

/** `2026-11-23 13:00 (Europe/Berlin)` */
function dueText(nominalTime: Instant, timeZone: TimeZone): string {
  const local = Temporal.Instant.from(nominalTime).toZonedDateTimeISO(timeZone).toPlainDateTime();
  return `${local.toString({ smallestUnit: 'minute' }).replace('T', ' ')} (${timeZone})`;
}
