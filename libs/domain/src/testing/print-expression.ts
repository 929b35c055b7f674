import type { Expression } from '../reports/expressions/expression';

/** An expression written out with every bracket and parenthesis, so that it means the same whatever binds more strongly. */
export function printExpression(expression: Expression<unknown>): string {
  switch (expression.kind) {
    case 'number':
      return expression.digits;
    case 'text':
      return `'${expression.text.replaceAll("'", "''")}'`;
    case 'boolean':
      return String(expression.value);
    case 'null':
      return 'null';
    case 'column':
      return `[${expression.name.replaceAll(']', ']]')}]`;
    case 'prefix':
      return `(${expression.operator} ${printExpression(expression.operand)})`;
    case 'infix':
      return `(${printExpression(expression.left)} ${expression.operator} ${printExpression(expression.right)})`;
    case 'null_test':
      return `(${printExpression(expression.operand)} is ${expression.negated ? 'not ' : ''}null)`;
    case 'case': {
      const branches = expression.branches.map(
        ({ when, then }) => `when ${printExpression(when)} then ${printExpression(then)}`,
      );
      const otherwise = expression.otherwise === null ? '' : ` else ${printExpression(expression.otherwise)}`;
      return `case ${branches.join(' ')}${otherwise} end`;
    }
    case 'call':
      return `${expression.name}(${expression.arguments.map(printExpression).join(', ')})`;
  }
}
