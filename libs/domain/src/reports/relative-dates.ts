import { Temporal } from 'temporal-polyfill';
import type { TimeZone } from '../identifiers';
import type { DatasetColumn, DataType } from './data-type';
import type { CalendarUnit, Condition, FilterNode, MomentOperand, Operand, Operator, PeriodOperand } from './filter';
import { parseLiteral } from './values';

/** A filter in which nothing is relative any more: what a query can be made from, value by value. */
export type ResolvedFilter =
  | { readonly type: 'and' | 'or'; readonly nodes: readonly ResolvedFilter[] }
  | { readonly type: 'not'; readonly node: ResolvedFilter }
  | {
      readonly type: 'compare';
      readonly column: string;
      readonly dataType: DataType;
      readonly operator: ComparisonOperator;
      /** In the text form that `parseLiteral` gives, as many as the operator takes. */
      readonly values: readonly string[];
    }
  /** At or after `from` and before `to`: ISO dates, or RFC 3339 instants in UTC, after the column's type. */
  | {
      readonly type: 'range';
      readonly column: string;
      readonly dataType: 'date' | 'timestamp';
      readonly from: string;
      readonly to: string;
    };

export type ComparisonOperator = Exclude<Operator, 'during' | 'not_during'>;

/**
 * Makes relative dates into literals and `during` into a half-open range (`not_during` into its negation). Days, weeks and so
 * on are those of the zone; the day of a clock change is as long as it is. The filter must have passed `validateDefinition`
 * against the same columns: a RangeError tells of one that would not.
 */
export function resolveFilter(
  filter: FilterNode,
  columns: readonly DatasetColumn[],
  nominalTime: Date,
  timeZone: TimeZone,
): ResolvedFilter {
  const now = Temporal.Instant.fromEpochMilliseconds(nominalTime.getTime()).toZonedDateTimeISO(timeZone);
  const types = new Map(columns.map((column) => [column.name, column.type]));

  const resolve = (node: FilterNode): ResolvedFilter => {
    switch (node.type) {
      case 'and':
      case 'or':
        return { type: node.type, nodes: node.nodes.map(resolve) };
      case 'not':
        return { type: 'not', node: resolve(node.node) };
      case 'condition': {
        const type = types.get(node.column);
        if (type === undefined) throw new RangeError(`the dataset has no column "${node.column}"`);
        return resolveCondition(node, type, now);
      }
    }
  };
  return resolve(filter);
}

function resolveCondition(condition: Condition, dataType: DataType, now: Temporal.ZonedDateTime): ResolvedFilter {
  const { column, operator, operands } = condition;
  if (operator !== 'during' && operator !== 'not_during') {
    const values = operands.map((operand) => resolveOperand(operand, dataType, now));
    return { type: 'compare', column, dataType, operator, values };
  }
  const [period] = operands;
  if (period?.type !== 'period') throw new RangeError(`"${operator}" takes a period`);
  if (dataType !== 'date' && dataType !== 'timestamp')
    throw new RangeError(`a ${dataType} column has no "${operator}"`);
  const range: ResolvedFilter = { type: 'range', column, dataType, ...resolvePeriod(period, dataType, now) };
  return operator === 'during' ? range : { type: 'not', node: range };
}

function resolveOperand(operand: Operand, dataType: DataType, now: Temporal.ZonedDateTime): string {
  switch (operand.type) {
    case 'literal': {
      const reading = parseLiteral(dataType, operand.value);
      if (!reading.ok) throw new RangeError(`a value of the filter ${reading.problem}`);
      return reading.value;
    }
    case 'moment': {
      if (dataType !== 'date' && dataType !== 'timestamp') {
        throw new RangeError(`a relative date does not go with a ${dataType} column`);
      }
      const moment = momentAt(operand, now);
      return dataType === 'date' ? moment.toPlainDate().toString() : moment.toInstant().toString();
    }
    case 'period':
      throw new RangeError('a period goes with "during" only');
  }
}

function momentAt({ offset, unit, startOf }: MomentOperand, now: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  const moved = now.add(unit === 'quarter' ? { months: 3 * offset } : { [`${unit}s`]: offset });
  return startOf === null ? moved : startOfDay(unitStart(moved.toPlainDate(), startOf), now.timeZoneId);
}

/**
 * For a timestamp, `to_date` ends with the nominal time, which is excluded. For a date it ends with the day of the nominal
 * time, which is included: it has begun.
 */
function resolvePeriod(
  { period, unit, count }: PeriodOperand,
  dataType: 'date' | 'timestamp',
  now: Temporal.ZonedDateTime,
): { readonly from: string; readonly to: string } {
  const today = now.toPlainDate();
  const current = unitStart(today, unit);
  const text = (date: Temporal.PlainDate) =>
    dataType === 'date' ? date.toString() : startOfDay(date, now.timeZoneId).toInstant().toString();
  switch (period) {
    case 'previous':
      return { from: text(addUnits(current, -count, unit)), to: text(current) };
    case 'current':
      return { from: text(current), to: text(addUnits(current, 1, unit)) };
    case 'next':
      return { from: text(addUnits(current, 1, unit)), to: text(addUnits(current, 1 + count, unit)) };
    case 'to_date': {
      const end = dataType === 'date' ? text(today.add({ days: 1 })) : now.toInstant().toString();
      return { from: text(current), to: end };
    }
  }
}

/** The first day of the unit that a day lies in. Weeks begin on Monday. */
function unitStart(date: Temporal.PlainDate, unit: CalendarUnit): Temporal.PlainDate {
  switch (unit) {
    case 'day':
      return date;
    case 'week':
      return date.subtract({ days: date.dayOfWeek - 1 });
    case 'month':
      return date.with({ day: 1 });
    case 'quarter':
      return date.with({ month: date.month - ((date.month - 1) % 3), day: 1 });
    case 'year':
      return date.with({ month: 1, day: 1 });
  }
}

function addUnits(date: Temporal.PlainDate, count: number, unit: CalendarUnit): Temporal.PlainDate {
  return date.add(unit === 'quarter' ? { months: 3 * count } : { [`${unit}s`]: count });
}

/** The first instant of a day, which in some zones is not midnight. */
function startOfDay(date: Temporal.PlainDate, timeZone: TimeZone): Temporal.ZonedDateTime {
  return date.toZonedDateTime({ timeZone });
}
