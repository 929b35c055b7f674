/** What is wrong with an expression. Thrown by parser and check, and caught by `readExpression`: it never leaves this folder. */
export class ExpressionFault extends Error {
  constructor(
    /** `expression.invalid`: it cannot be read. `expression.type`: it can, but its parts do not go together. */
    readonly code: 'expression.invalid' | 'expression.type' | 'column.unknown',
    /** Index in the text, in UTF-16 units. */
    readonly at: number,
    /** A sentence for the person who wrote it. */
    readonly sentence: string,
  ) {
    super(sentence);
    this.name = 'ExpressionFault';
  }
}

export function invalid(at: number, sentence: string): ExpressionFault {
  return new ExpressionFault('expression.invalid', at, sentence);
}

export function mistyped(at: number, sentence: string): ExpressionFault {
  return new ExpressionFault('expression.type', at, sentence);
}
