import type { ExpressionType } from './expression-type';
import type { FunctionName } from './functions';

/**
 * The tree of an expression. Every node has a note: where it stands in the text after parsing, of which type its value is after
 * the check.
 */
export type Expression<Note> = Note &
  (
    | { readonly kind: 'number'; readonly digits: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'null' }
    /** A column of the dataset. */
    | { readonly kind: 'column'; readonly name: string }
    | { readonly kind: 'prefix'; readonly operator: PrefixOperator; readonly operand: Expression<Note> }
    | {
        readonly kind: 'infix';
        readonly operator: InfixOperator;
        readonly left: Expression<Note>;
        readonly right: Expression<Note>;
      }
    | { readonly kind: 'null_test'; readonly operand: Expression<Note>; readonly negated: boolean }
    | { readonly kind: 'case'; readonly branches: readonly Branch<Note>[]; readonly otherwise: Expression<Note> | null }
    | { readonly kind: 'call'; readonly name: FunctionName; readonly arguments: readonly Expression<Note>[] }
  );

export interface Branch<Note> {
  readonly when: Expression<Note>;
  readonly then: Expression<Note>;
}

export type PrefixOperator = '-' | 'not';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonSign = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type InfixOperator = ArithmeticOperator | ComparisonSign | '||' | 'and' | 'or';

/** Index of the first character (UTF-16 unit) of what a node is written as, or of its operator. */
export interface Place {
  readonly at: number;
}

export interface Typed {
  readonly dataType: ExpressionType;
}

/** An expression that has passed the check: whoever has one need not look for mistakes in it. */
export type TypedExpression = Expression<Typed>;

/** The most characters (UTF-16 units) of an expression's text. */
export const LONGEST_EXPRESSION = 4_000;
/** The most literals, columns, operators and calls of an expression. */
export const MOST_NODES = 500;
/** How deep parentheses, calls, cases and prefixes may be nested. */
export const DEEPEST_NESTING = 40;
/** The most digits of a number, before and after the point. */
export const MOST_DIGITS = 38;
/** Digits that every whole number of 64 bits has room for; a longer one is a decimal. */
export const INTEGER_DIGITS = 18;

/** The names of the columns that an expression reads. */
export function columnsIn<Note>(expression: Expression<Note>): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: Expression<Note>): void => {
    if (node.kind === 'column') names.add(node.name);
    childrenOf(node).forEach(visit);
  };
  visit(expression);
  return names;
}

function childrenOf<Note>(node: Expression<Note>): readonly Expression<Note>[] {
  switch (node.kind) {
    case 'number':
    case 'text':
    case 'boolean':
    case 'null':
    case 'column':
      return [];
    case 'prefix':
    case 'null_test':
      return [node.operand];
    case 'infix':
      return [node.left, node.right];
    case 'case':
      return [
        ...node.branches.flatMap(({ when, then }) => [when, then]),
        ...(node.otherwise === null ? [] : [node.otherwise]),
      ];
    case 'call':
      return node.arguments;
  }
}
