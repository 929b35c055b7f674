import { joinStatements, programText, sql, type Statement } from '#data-sources';
import type { DurationFormat, DurationUnit } from '#domain';

const SECONDS: Readonly<Record<DurationUnit, number>> = { h: 3600, m: 60, s: 1, SSS: 0.001 };

/**
 * An interval written after a format, in SQL, cut (not rounded) at the smallest unit. One with months or years, which are not
 * of one length, is written in ISO 8601 instead. A day counts as 24 hours.
 */
export function durationSql(value: Statement, format: DurationFormat): Statement {
  const smallest = format.units.at(-1) ?? 's';
  const count = sql`div(extract(epoch FROM ${value})::numeric, ${programText(String(SECONDS[smallest]))})::bigint`;
  const units = format.units.map((unit, index) => unitSql(sql`abs(${count})`, unit, smallest, index === 0));
  const sign = sql`CASE WHEN ${count} < 0 THEN '-' ELSE '' END`;
  const written = sql`${sign} || ${joinStatements(units, ' || ')}`;
  return sql`CASE WHEN ${ofFixedLength(value)} THEN ${written} ELSE ${value}::text END`;
}

/**
 * An interval as a spreadsheet holds it: in days, a double as every number there. One with months or years, and a negative
 * one, which Excel shows as #####, is text in ISO 8601.
 */
export function durationCellSql(value: Statement): Statement {
  const days = sql`(extract(epoch FROM ${value}) / 86400)::float8::text`;
  return sql`CASE WHEN ${ofFixedLength(value)} AND ${value} >= interval '0' THEN ${days} ELSE ${value}::text END`;
}

/** Infinite intervals have infinite years. */
function ofFixedLength(value: Statement): Statement {
  return sql`extract(year FROM ${value}) = 0 AND extract(month FROM ${value}) = 0`;
}

/** One unit of a count of the smallest one. All but the largest begin anew with each of the unit above. */
function unitSql(count: Statement, unit: DurationUnit, smallest: DurationUnit, largest: boolean): Statement {
  const perUnit = programText(String(Math.round(SECONDS[unit] / SECONDS[smallest])));
  const whole = unit === smallest ? count : sql`${count} / ${perUnit}`;
  if (largest) return sql`(${whole})::text`;
  return unit === 'SSS'
    ? sql`'.' || lpad((${whole} % 1000)::text, 3, '0')`
    : sql`':' || lpad((${whole} % 60)::text, 2, '0')`;
}
