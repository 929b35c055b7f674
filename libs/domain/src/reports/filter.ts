/** A condition on the rows: a tree of and, or and not over comparisons. */
export type FilterNode =
  | { readonly type: 'and'; readonly nodes: readonly FilterNode[] }
  | { readonly type: 'or'; readonly nodes: readonly FilterNode[] }
  | { readonly type: 'not'; readonly node: FilterNode }
  | Condition;

export interface Condition {
  readonly type: 'condition';
  /** Dataset column. */
  readonly column: string;
  readonly operator: Operator;
  /** How many depends on the operator: none for `is_null`, two for `between`, one or more for `in`, else one. */
  readonly operands: readonly Operand[];
}

export const OPERATORS = [
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'between',
  'in',
  'not_in',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'is_null',
  'is_not_null',
  'during',
  'not_during',
] as const;
export type Operator = (typeof OPERATORS)[number];

export const CALENDAR_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

/**
 * The right-hand side of a comparison. Relative ones are resolved against the occurrence's nominal time in the report's
 * time zone, never against the clock, so that a late or repeated run gives the same rows. Weeks begin on Monday (ISO 8601).
 */
export type Operand = LiteralOperand | MomentOperand | PeriodOperand;

/** A value in the text form of the column's type: `-12.50`, `true`, `2026-11-23`, `2026-11-23T07:30:00Z`, `P1DT2H`. */
export interface LiteralOperand {
  readonly type: 'literal';
  readonly value: string;
  /** Name of the parameter whose value counts instead: `value` is its default in a template, and what counts in a job. */
  readonly parameter: string | null;
}

/** The nominal time moved by `offset` units, then taken back to the start of `startOf` if given. For dates, the day of it. */
export interface MomentOperand {
  readonly type: 'moment';
  readonly offset: number;
  readonly unit: CalendarUnit | 'hour' | 'minute';
  readonly startOf: CalendarUnit | null;
}

/**
 * A stretch of whole calendar units, for `during`: the `count` units before the current one (`previous`), the current one
 * (`current`, count 1), those after it (`next`), or from the current unit's start up to the nominal time (`to_date`, count 1).
 * `previous 7 day` is the seven whole days before today. The start belongs to it, the end does not.
 * `to_date` of a date column takes in the day of the nominal time, which has begun.
 */
export interface PeriodOperand {
  readonly type: 'period';
  readonly period: 'previous' | 'current' | 'next' | 'to_date';
  readonly unit: CalendarUnit;
  readonly count: number;
}

/** The filter with each operand put through a function. */
export function mapOperands(node: FilterNode, change: (operand: Operand) => Operand): FilterNode {
  switch (node.type) {
    case 'and':
    case 'or':
      return { ...node, nodes: node.nodes.map((child) => mapOperands(child, change)) };
    case 'not':
      return { ...node, node: mapOperands(node.node, change) };
    case 'condition':
      return { ...node, operands: node.operands.map(change) };
  }
}
