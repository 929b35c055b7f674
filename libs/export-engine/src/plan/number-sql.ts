import { sql, type Statement } from '#data-sources';
import type { NumberAffix, NumberFormat } from '#domain';
import { currencySymbol, numberSymbols } from './locale-text';

/** Integer digits that a pattern of `to_char` is given; wider numbers are written without groups. */
const PATTERN_DIGITS = 27;

/**
 * A number written after a format, in SQL; NULL stays NULL. Rounds half away from zero, as spreadsheets do. The minus sign is
 * the hyphen everywhere, so that programs read it.
 *
 * @param percent whether the value is a share, of which 1 is written as 100
 */
export function numberSql(value: Statement, format: NumberFormat, locale: string, percent: boolean): Statement {
  const { minIntegerDigits, minFractionDigits, maxFractionDigits, grouping } = format;
  const counted = percent ? sql`(${hundredfold(value)})` : value;
  const rounded = sql`round(${percent ? counted : sql`${value}::numeric`}, ${String(maxFractionDigits)}::int)`;
  // The plain text of a rounded number has that form already, and is many times faster.
  const plain = grouping === 'none' && minIntegerDigits === 1 && minFractionDigits === maxFractionDigits;
  const [before, after] = [format.prefix, format.suffix].map((affixes) => affixText(affixes, locale));
  if (!before) {
    const digits = localised(plain ? rounded : digitsSql(rounded, counted, format), format, locale);
    return after ? sql`(${digits})::text || ${after}` : digits;
  }
  const magnitude = sql`abs(${rounded})`;
  const digits = localised(plain ? magnitude : digitsSql(magnitude, sql`abs(${counted})`, format), format, locale);
  return sql`CASE WHEN ${rounded} < 0 THEN '-' ELSE '' END || ${before} || (${digits})::text || ${after ?? ''}`;
}

/** A share as the number that stands before its percent sign, exactly. */
export function hundredfold(value: Statement): Statement {
  return sql`${value}::numeric * 100`;
}

function digitsSql(rounded: Statement, value: Statement, format: NumberFormat): Statement {
  const { minIntegerDigits, minFractionDigits, maxFractionDigits } = format;
  const text = sql`to_char(${rounded}, ${toCharPattern(format)})`;
  const written = maxFractionDigits > 0 && minFractionDigits === 0 ? sql`rtrim(${text}, '.')` : text;
  const widest = `1e${Math.max(PATTERN_DIGITS, minIntegerDigits)}`;
  return sql`CASE WHEN abs(${rounded}) < ${widest}::numeric THEN ${written} ELSE ${value}::text END`;
}

/** @see https://www.postgresql.org/docs/current/functions-formatting.html#FUNCTIONS-FORMATTING-NUMERIC-TABLE */
function toCharPattern({ minIntegerDigits, minFractionDigits, maxFractionDigits, grouping }: NumberFormat): string {
  const digits = Math.max(PATTERN_DIGITS, minIntegerDigits);
  const integer = '9'.repeat(digits - minIntegerDigits) + '0'.repeat(minIntegerDigits);
  const grouped = integer.replace(GROUP_STARTS[grouping], ',');
  const fraction = '0'.repeat(minFractionDigits) + '9'.repeat(maxFractionDigits - minFractionDigits);
  return `FM${grouped}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The places between digits where a comma goes. */
const GROUP_STARTS: Readonly<Record<NumberFormat['grouping'], RegExp>> = {
  none: /(?!)/g,
  thousands: /\B(?=(.{3})+$)/g,
  lakhs: /\B(?=(.{2})*.{3}$)/g,
};

/** The digits with the locale's characters for the comma and the point that the pattern put there. */
function localised(digits: Statement, { grouping, maxFractionDigits }: NumberFormat, locale: string): Statement {
  const { decimal, group } = numberSymbols(locale);
  const grouped = grouping !== 'none' && group !== ',';
  const pointed = maxFractionDigits > 0 && decimal !== '.';
  return grouped || pointed ? sql`translate((${digits})::text, ',.', ${group + decimal})` : digits;
}

function affixText(affixes: readonly NumberAffix[], locale: string): string {
  return affixes
    .map((affix) => {
      switch (affix.type) {
        case 'percent':
          return '%';
        case 'currency':
          return affix.as === 'code' ? affix.code : currencySymbol(locale, affix.code);
        case 'space':
          return affix.text;
      }
    })
    .join('');
}
