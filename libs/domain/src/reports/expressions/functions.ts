import type { ExpressionType } from './expression-type';

/** What an argument may be: `number` an integer or decimal, `day` a date or timestamp, `clock` a time or timestamp. */
export type ArgumentKind = 'string' | 'number' | 'integer' | 'day' | 'clock';

export interface Signature {
  readonly takes: readonly ArgumentKind[];
  /** `first`: the type of the first argument. */
  readonly gives: ExpressionType | 'first';
}

/**
 * The functions that expressions may call, each with the forms that it has. `alike`: two or more arguments of one type, which
 * the result has too. `anything`: one or more of whatever type, which make a text. Nothing else reaches a database.
 */
export const FUNCTIONS = {
  upper: [{ takes: ['string'], gives: 'string' }],
  lower: [{ takes: ['string'], gives: 'string' }],
  trim: [{ takes: ['string'], gives: 'string' }],
  length: [{ takes: ['string'], gives: 'integer' }],
  substring: [
    { takes: ['string', 'integer'], gives: 'string' },
    { takes: ['string', 'integer', 'integer'], gives: 'string' },
  ],
  replace: [{ takes: ['string', 'string', 'string'], gives: 'string' }],
  contains: [{ takes: ['string', 'string'], gives: 'boolean' }],
  starts_with: [{ takes: ['string', 'string'], gives: 'boolean' }],
  ends_with: [{ takes: ['string', 'string'], gives: 'boolean' }],
  concat: 'anything',
  round: [
    { takes: ['number'], gives: 'integer' },
    { takes: ['number', 'integer'], gives: 'decimal' },
  ],
  floor: [{ takes: ['number'], gives: 'integer' }],
  ceil: [{ takes: ['number'], gives: 'integer' }],
  abs: [{ takes: ['number'], gives: 'first' }],
  greatest: 'alike',
  least: 'alike',
  coalesce: 'alike',
  nullif: 'alike',
  year: [{ takes: ['day'], gives: 'integer' }],
  quarter: [{ takes: ['day'], gives: 'integer' }],
  month: [{ takes: ['day'], gives: 'integer' }],
  day: [{ takes: ['day'], gives: 'integer' }],
  weekday: [{ takes: ['day'], gives: 'integer' }],
  hour: [{ takes: ['clock'], gives: 'integer' }],
  minute: [{ takes: ['clock'], gives: 'integer' }],
  date_diff: [{ takes: ['day', 'day'], gives: 'integer' }],
  date_add: [{ takes: ['day', 'integer'], gives: 'first' }],
  to_date: [{ takes: ['day'], gives: 'date' }],
} as const satisfies Readonly<Record<string, readonly Signature[] | 'alike' | 'anything'>>;

export type FunctionName = keyof typeof FUNCTIONS;

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

/** The forms of a function. */
export function formsOf(name: FunctionName): readonly Signature[] | 'alike' | 'anything' {
  return FUNCTIONS[name];
}

export function accepts(kind: ArgumentKind, type: ExpressionType): boolean {
  switch (kind) {
    case 'string':
    case 'integer':
      return type === kind;
    case 'number':
      return type === 'integer' || type === 'decimal';
    case 'day':
      return type === 'date' || type === 'timestamp';
    case 'clock':
      return type === 'time' || type === 'timestamp';
  }
}
