import type { Cursor } from './cursor';
import type { Branch, Expression } from './syntax';

/**
 * Reads an expression by PostgreSQL's precedence of operators.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE
 */
export function parseExpression(cursor: Cursor): Expression {
  return new ExpressionParser(cursor).expression();
}

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='];

class ExpressionParser {
  constructor(private readonly cursor: Cursor) {}

  expression(): Expression {
    let left = this.conjunction();
    while (this.cursor.takes('or')) left = { type: 'logic', operator: 'OR', left, right: this.conjunction() };
    return left;
  }

  private conjunction(): Expression {
    let left = this.negation();
    while (this.cursor.takes('and')) left = { type: 'logic', operator: 'AND', left, right: this.negation() };
    return left;
  }

  private negation(): Expression {
    return this.cursor.takes('not') ? { type: 'not', of: this.negation() } : this.nullTest();
  }

  private nullTest(): Expression {
    const of = this.comparison();
    if (!this.cursor.takes('is')) return of;
    const negated = this.cursor.takes('not');
    this.cursor.expect('null');
    return { type: 'is_null', negated, of };
  }

  private comparison(): Expression {
    const left = this.membership();
    const operator = COMPARISONS.find((sign) => this.cursor.takes(sign));
    return operator === undefined ? left : { type: 'comparison', operator, left, right: this.membership() };
  }

  private membership(): Expression {
    const { cursor } = this;
    const of = this.concatenation();
    const negated = cursor.takes('not');
    if (cursor.takes('like')) return { type: 'like', negated, of, pattern: this.concatenation() };
    if (cursor.takes('in')) {
      cursor.expect('(');
      const items = cursor.list(() => this.expression());
      cursor.expect(')');
      return { type: 'in', negated, of, items };
    }
    if (negated) throw cursor.surprise();
    if (!cursor.takes('between')) return of;
    const low = this.concatenation();
    cursor.expect('and');
    return { type: 'between', of, low, high: this.concatenation() };
  }

  private concatenation(): Expression {
    let left = this.sum();
    while (this.cursor.takes('||')) left = { type: 'concatenation', left, right: this.sum() };
    return left;
  }

  private sum(): Expression {
    return this.arithmetic(['+', '-'], () => this.product());
  }

  private product(): Expression {
    return this.arithmetic(['*', '/', '%'], () => this.sign());
  }

  private arithmetic(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((sign) => this.cursor.takes(sign));
      if (operator === undefined) return left;
      left = { type: 'arithmetic', operator, left, right: operand() };
    }
  }

  private sign(): Expression {
    return this.cursor.takes('-') ? { type: 'negative', of: this.sign() } : this.cast();
  }

  private cast(): Expression {
    let of = this.primary();
    for (;;) {
      if (this.cursor.takes('::')) of = { type: 'cast', of, to: this.cursor.name() };
      else if (this.cursor.takes('collate')) this.collation();
      else return of;
    }
  }

  /** By the numbers of the characters, which is the order that every text has here. */
  private collation(): void {
    if (this.cursor.name() !== 'C') throw this.cursor.surprise(1);
  }

  private primary(): Expression {
    const token = this.cursor.next();
    switch (token.type) {
      case 'value':
        return { type: 'value', value: token.value };
      case 'text':
        return { type: 'text', text: token.text };
      case 'number':
        return { type: 'number', text: token.text };
      case 'name':
        return token.quoted ? this.column(token.text) : this.word(token.text);
      case 'sign':
        if (token.text !== '(') throw this.cursor.surprise(1);
        return this.parenthesised();
    }
  }

  private parenthesised(): Expression {
    const { cursor } = this;
    if (cursor.takes('array')) {
      cursor.expect('[');
      const words = cursor.list(() => this.expression());
      cursor.expect(']', ')', '[');
      const at = this.expression();
      cursor.expect(']');
      return { type: 'element', words, at };
    }
    const inner = this.expression();
    cursor.expect(')');
    return inner;
  }

  private word(word: string): Expression {
    const { cursor } = this;
    switch (word) {
      case 'null':
        return { type: 'null' };
      case 'true':
      case 'false':
        return { type: 'value', value: word };
      case 'case':
        return this.choice();
      case 'interval':
        return { type: 'interval', text: cursor.text() };
    }
    if (!cursor.takes('(')) return this.column(word);
    if (word === 'extract') {
      const field = cursor.name();
      cursor.expect('from');
      const of = this.expression();
      cursor.expect(')');
      return { type: 'extract', field, of };
    }
    return this.call(word);
  }

  private call(name: string): Expression {
    const distinct = this.cursor.takes('distinct');
    const operands = this.cursor.takes('*') ? [] : this.cursor.list(() => this.expression());
    this.cursor.expect(')');
    return { type: 'call', name, distinct, operands };
  }

  private choice(): Expression {
    const branches: Branch[] = [];
    while (this.cursor.takes('when')) {
      const when = this.expression();
      this.cursor.expect('then');
      branches.push({ when, then: this.expression() });
    }
    const otherwise = this.cursor.takes('else') ? this.expression() : null;
    this.cursor.expect('end');
    return { type: 'case', branches, otherwise };
  }

  private column(first: string): Expression {
    return this.cursor.takes('.')
      ? { type: 'column', table: first, name: this.cursor.name() }
      : { type: 'column', table: null, name: first };
  }
}
