import { sql, type Statement } from '#data-sources';
import type { DataType, DateTimeFormat, ValueFormat } from '#domain';
import { neutralised } from '../formula-text';
import { dateTimeSql } from './date-time-sql';
import { durationSql } from './duration-sql';
import { numberSql } from './number-sql';

/**
 * The value written after a format, in SQL. NULL stays NULL.
 *
 * @param locale BCP 47: what comma, point and the names of months and days become
 * @param neutralise whether words of the format itself must not begin like a formula
 */
export function formattedSql(
  value: Statement,
  dataType: DataType,
  format: ValueFormat,
  { locale, neutralise }: { readonly locale: string; readonly neutralise: boolean },
): Statement {
  switch (format.type) {
    case 'number':
      return numberSql(value, format, locale, dataType === 'percent');
    case 'datetime':
      return dateTimeSql(timestampOf(value, dataType), neutralise ? withoutFormula(format) : format, locale);
    case 'duration':
      return durationSql(value, format);
    case 'boolean': {
      const [yes, no] = [format.trueText, format.falseText].map((text) => (neutralise ? neutralised(text) : text));
      return sql`CASE WHEN ${value} THEN ${yes ?? ''} WHEN NOT ${value} THEN ${no ?? ''} END`;
    }
  }
}

/** What `to_char` takes; there is none for times of day. */
function timestampOf(value: Statement, dataType: DataType): Statement {
  if (dataType === 'time') return sql`${value}::time::interval`;
  return dataType === 'date' ? sql`${value}::timestamp` : value;
}

function withoutFormula(format: DateTimeFormat): DateTimeFormat {
  const [first, ...others] = format.parts;
  if (first?.type !== 'separator') return format;
  return { ...format, parts: [{ ...first, text: neutralised(first.text) }, ...others] };
}
