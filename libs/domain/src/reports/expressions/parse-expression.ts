import {
  DEEPEST_NESTING,
  LONGEST_EXPRESSION,
  MOST_DIGITS,
  MOST_NODES,
  type Branch,
  type Expression,
  type InfixOperator,
  type Place,
} from './expression';
import { invalid, type ExpressionFault } from './expression-fault';
import { FUNCTIONS, isFunctionName } from './functions';
import { tokensOf, type Token } from './tokens';

export type PlacedExpression = Expression<Place>;

/** How strongly operators bind, loosest first; equals are taken from left to right. */
const PRECEDENCE: Readonly<Record<InfixOperator, number>> = {
  or: 1,
  and: 2,
  '=': 4,
  '<>': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '||': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};
/** `not a = b` is `not (a = b)`; `a is null` binds as a comparison; `-a * b` is `(-a) * b`. */
const NOT_PRECEDENCE = 3;
const NULL_TEST_PRECEDENCE = 4;
const MINUS_PRECEDENCE = 8;
const LOOSEST = 0;

/**
 * Parses an expression by precedence climbing (V. Pratt, Top Down Operator Precedence, 1973). `if(c, a, b)` becomes a case.
 * Throws `ExpressionFault` at the first place that cannot be read.
 */
export function parseExpression(source: string): PlacedExpression {
  if (source.length > LONGEST_EXPRESSION) {
    throw invalid(LONGEST_EXPRESSION, `An expression has at most ${LONGEST_EXPRESSION} characters.`);
  }
  return new Parser(tokensOf(source)).parse();
}

class Parser {
  private position = 0;
  private depth = 0;
  private nodes = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): PlacedExpression {
    const expression = this.expression(LOOSEST);
    if (this.next.type !== 'end') throw this.unexpected('an operator or the end');
    return expression;
  }

  private expression(least: number): PlacedExpression {
    this.depth += 1;
    if (this.depth > DEEPEST_NESTING) {
      throw invalid(this.next.at, `An expression is nested ${DEEPEST_NESTING} levels deep at most.`);
    }
    let left = this.operand();
    for (;;) {
      const { at } = this.next;
      if (this.next.text === 'is' && this.next.type === 'keyword' && least < NULL_TEST_PRECEDENCE) {
        this.position += 1;
        const negated = this.take('keyword', 'not');
        this.require('keyword', 'null');
        left = this.node({ kind: 'null_test', operand: left, negated, at });
        continue;
      }
      const operator = infixOf(this.next);
      if (operator === null || PRECEDENCE[operator] <= least) break;
      this.position += 1;
      const right = this.expression(PRECEDENCE[operator]);
      left = this.node({ kind: 'infix', operator, left, right, at });
    }
    this.depth -= 1;
    return left;
  }

  private operand(): PlacedExpression {
    const token = this.next;
    const { at, text } = token;
    switch (token.type) {
      case 'number':
        if (text.replace('.', '').length > MOST_DIGITS)
          throw invalid(at, `A number has at most ${MOST_DIGITS} digits.`);
        this.position += 1;
        return this.node({ kind: 'number', digits: text, at });
      case 'text':
        this.position += 1;
        return this.node({ kind: 'text', text, at });
      case 'column':
        this.position += 1;
        return this.node({ kind: 'column', name: text, at });
      case 'name':
        this.position += 1;
        return this.take('sign', '(') ? this.call(token) : this.node({ kind: 'column', name: text, at });
      case 'keyword':
        return this.keyword(token);
      case 'sign':
        return this.sign(token);
      case 'end':
        throw this.unexpected('a value');
    }
  }

  private sign({ text, at }: Token): PlacedExpression {
    if (text !== '(' && text !== '-') throw this.unexpected('a value');
    this.position += 1;
    if (text === '-')
      return this.node({ kind: 'prefix', operator: '-', operand: this.expression(MINUS_PRECEDENCE), at });
    const inner = this.expression(LOOSEST);
    this.require('sign', ')');
    return inner;
  }

  private keyword({ text, at }: Token): PlacedExpression {
    if (!['true', 'false', 'null', 'not', 'case'].includes(text)) throw this.unexpected('a value');
    this.position += 1;
    switch (text) {
      case 'null':
        return this.node({ kind: 'null', at });
      case 'not':
        return this.node({ kind: 'prefix', operator: 'not', operand: this.expression(NOT_PRECEDENCE), at });
      case 'case':
        return this.case(at);
      default:
        return this.node({ kind: 'boolean', value: text === 'true', at });
    }
  }

  private case(at: number): PlacedExpression {
    const branches: Branch<Place>[] = [];
    this.require('keyword', 'when');
    do {
      const when = this.expression(LOOSEST);
      this.require('keyword', 'then');
      branches.push({ when, then: this.expression(LOOSEST) });
    } while (this.take('keyword', 'when'));
    const otherwise = this.take('keyword', 'else') ? this.expression(LOOSEST) : null;
    this.require('keyword', 'end');
    return this.node({ kind: 'case', branches, otherwise, at });
  }

  private call({ text, at }: Token): PlacedExpression {
    const name = text.toLowerCase();
    const given = this.argumentList();
    if (name === 'if') {
      const [when, then, otherwise, ...more] = given;
      if (!when || !then || !otherwise || more.length > 0) {
        throw invalid(at, `"if" takes 3 arguments, condition, then and else; ${given.length} are given.`);
      }
      return this.node({ kind: 'case', branches: [{ when, then }], otherwise, at });
    }
    if (!isFunctionName(name)) {
      const names = ['if', ...Object.keys(FUNCTIONS)].join(', ');
      throw invalid(at, `There is no function "${text.slice(0, LONGEST_QUOTED)}". There are: ${names}.`);
    }
    return this.node({ kind: 'call', name, arguments: given, at });
  }

  private argumentList(): PlacedExpression[] {
    if (this.take('sign', ')')) return [];
    const given = [];
    do given.push(this.expression(LOOSEST));
    while (this.take('sign', ','));
    this.require('sign', ')');
    return given;
  }

  private node(node: PlacedExpression): PlacedExpression {
    this.nodes += 1;
    if (this.nodes > MOST_NODES) throw invalid(node.at, `An expression has at most ${MOST_NODES} parts.`);
    return node;
  }

  private get next(): Token {
    const token = this.tokens[this.position];
    if (!token) throw new RangeError('nothing follows the end of an expression');
    return token;
  }

  /** Goes past the token if it is the next one. */
  private take(type: Token['type'], text: string): boolean {
    const taken = this.next.type === type && this.next.text === text;
    if (taken) this.position += 1;
    return taken;
  }

  private require(type: Token['type'], text: string): void {
    if (!this.take(type, text)) throw this.unexpected(`"${text}"`);
  }

  private unexpected(expected: string): ExpressionFault {
    const { type, text, at } = this.next;
    const found = type === 'end' ? 'the expression ends' : `"${text.slice(0, LONGEST_QUOTED)}" stands`;
    return invalid(at, `Here ${found}, where ${expected} is needed.`);
  }
}

const LONGEST_QUOTED = 50;

function infixOf({ type, text }: Token): InfixOperator | null {
  const operator = (type === 'sign' || type === 'keyword') && Object.hasOwn(PRECEDENCE, text);
  return operator ? (text as InfixOperator) : null;
}
