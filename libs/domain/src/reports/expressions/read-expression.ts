import type { DatasetColumn } from '../data-type';
import { checkExpression } from './check-expression';
import { columnsIn, type TypedExpression } from './expression';
import { ExpressionFault } from './expression-fault';
import { parseExpression } from './parse-expression';

/** An expression that can be computed, or the first thing that is wrong with it. */
export type ExpressionReading =
  | { readonly ok: true; readonly expression: TypedExpression }
  | { readonly ok: false; readonly code: ExpressionFault['code']; readonly message: string };

/** Reads an expression over the columns of a dataset. Messages begin with the place, counted from 1 in UTF-16 units. */
export function readExpression(source: string, columns: ReadonlyMap<string, DatasetColumn>): ExpressionReading {
  return reading(() => checkExpression(parseExpression(source), columns));
}

/** What is wrong with the form of an expression, while nothing is known of the dataset; null when it can be read. */
export function expressionFault(source: string): Exclude<ExpressionReading, { ok: true }> | null {
  const result = reading(() => parseExpression(source));
  return result.ok ? null : result;
}

/** The names of the columns that an expression refers to; none when it cannot be read. */
export function expressionColumns(source: string): readonly string[] {
  const result = reading(() => parseExpression(source));
  return result.ok ? [...columnsIn(result.expression)] : [];
}

type Reading<Tree> = { readonly ok: true; readonly expression: Tree } | Exclude<ExpressionReading, { ok: true }>;

function reading<Tree>(read: () => Tree): Reading<Tree> {
  try {
    return { ok: true, expression: read() };
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    return { ok: false, code: error.code, message: `At character ${error.at + 1}: ${error.sentence}` };
  }
}
