import { sql, type Statement } from '#data-sources';
import type { DataType, DateTimeField, DateTimeFormat, NumberFormat, ValueFormat } from '#domain';
import { neutralised } from '../formula-text';

/** Integer digits that a pattern of `to_char` is given; wider numbers are written without groups. */
const PATTERN_DIGITS = 27;

/** The value written after a format, in SQL. NULL stays NULL. */
export function formattedSql(
  value: Statement,
  dataType: DataType,
  format: ValueFormat,
  neutralise: boolean,
): Statement {
  switch (format.type) {
    case 'number':
      return numberSql(value, format);
    case 'datetime':
      return dateTimeSql(value, dataType, format);
    case 'boolean': {
      const [yes, no] = [format.trueText, format.falseText].map((text) => (neutralise ? neutralised(text) : text));
      return sql`CASE WHEN ${value} THEN ${yes ?? ''} WHEN NOT ${value} THEN ${no ?? ''} END`;
    }
  }
}

/** Rounds half away from zero, as spreadsheets do. */
function numberSql(value: Statement, format: NumberFormat): Statement {
  const { minIntegerDigits, minFractionDigits, maxFractionDigits, grouping } = format;
  const rounded = sql`round(${value}::numeric, ${String(maxFractionDigits)}::int)`;
  // The plain text of a rounded number has that form already, and is many times faster.
  if (!grouping && minIntegerDigits === 1 && minFractionDigits === maxFractionDigits) return rounded;
  const pattern = toCharPattern(format);
  const text = sql`to_char(${rounded}, ${pattern})`;
  const written = maxFractionDigits > 0 && minFractionDigits === 0 ? sql`rtrim(${text}, '.')` : text;
  const widest = `1e${Math.max(PATTERN_DIGITS, minIntegerDigits)}`;
  return sql`CASE WHEN abs(${rounded}) < ${widest}::numeric THEN ${written} ELSE ${value}::text END`;
}

/** @see https://www.postgresql.org/docs/current/functions-formatting.html#FUNCTIONS-FORMATTING-NUMERIC-TABLE */
function toCharPattern(format: NumberFormat): string {
  const { minIntegerDigits, minFractionDigits, maxFractionDigits, grouping } = format;
  const digits = Math.max(PATTERN_DIGITS, minIntegerDigits);
  const integer = '9'.repeat(digits - minIntegerDigits) + '0'.repeat(minIntegerDigits);
  const grouped = grouping ? integer.replace(/\B(?=(.{3})+$)/g, ',') : integer;
  const fraction = '0'.repeat(minFractionDigits) + '9'.repeat(maxFractionDigits - minFractionDigits);
  return `FM${grouped}${fraction === '' ? '' : `.${fraction}`}`;
}

const TO_CHAR_FIELDS: Readonly<Record<DateTimeField, string>> = {
  yyyy: 'YYYY',
  MM: 'MM',
  dd: 'DD',
  HH: 'HH24',
  mm: 'MI',
  ss: 'SS',
};

function dateTimeSql(value: Statement, dataType: DataType, format: DateTimeFormat): Statement {
  const pattern = format.parts
    .map((part) => (part.type === 'field' ? TO_CHAR_FIELDS[part.field] : `"${part.text}"`))
    .join('');
  switch (dataType) {
    case 'time':
      return sql`to_char(${value}::time::interval, ${pattern})`;
    case 'date':
      return sql`to_char(${value}::timestamp, ${pattern})`;
    default:
      return sql`to_char(${value}, ${pattern})`;
  }
}

const EXCEL_FIELDS: Readonly<Record<DateTimeField, string>> = {
  yyyy: 'yyyy',
  MM: 'mm',
  dd: 'dd',
  HH: 'hh',
  mm: 'mm',
  ss: 'ss',
};

/**
 * The number format code of a spreadsheet that writes the same, or null when there is none: `mm` is the minute only beside hours
 * or seconds, else the month (ECMA-376 part 1, 18.8.31).
 */
export function numberFormatCode(format: ValueFormat, pattern: string): string | null {
  switch (format.type) {
    case 'number':
      return pattern;
    case 'boolean':
      return null;
    case 'datetime': {
      const fields = format.parts.flatMap((part) => (part.type === 'field' ? [part.field] : []));
      const ambiguous = fields.some((field, index) => {
        const minuteByItsPlace = fields[index - 1] === 'HH' || fields[index + 1] === 'ss';
        return (field === 'mm' && !minuteByItsPlace) || (field === 'MM' && minuteByItsPlace);
      });
      if (ambiguous) return null;
      return format.parts.map((part) => (part.type === 'field' ? EXCEL_FIELDS[part.field] : `"${part.text}"`)).join('');
    }
  }
}
