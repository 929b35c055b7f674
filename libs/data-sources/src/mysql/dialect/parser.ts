import type { Statement } from '../../statement';
import type { Branch, Expression, Select, SortKey, Source } from './syntax';
import { tokensOf, type Token } from './tokens';
import { unsupported } from './unsupported';

/**
 * Reads a SELECT as the export engine writes it, by PostgreSQL's precedence of operators. Throws `data_source.unsupported` for whatever
 * else there is: nothing is passed on that was not understood.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE
 */
export function parseSelect(statement: Statement): Select {
  return new Parser(tokensOf(statement)).select();
}

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='];

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  select(): Select {
    this.expect('select');
    const items = this.list(() => this.item());
    const from = this.takes('from') ? this.list(() => this.source()) : [];
    const where = this.takes('where') ? this.expression() : null;
    const groupBy = this.takes('group') ? this.by(() => this.expression()) : [];
    const orderBy = this.takes('order') ? this.by(() => this.sortKey()) : [];
    const limit = this.takes('limit') ? this.number() : null;
    if (this.at < this.tokens.length) throw this.surprise();
    return { items, from, where, groupBy, orderBy, limit };
  }

  private item(): Expression {
    const item = this.expression();
    // Results go by place, so a name for one has no use.
    if (this.takes('as')) this.name();
    return item;
  }

  private source(): Source {
    const schema = this.name();
    this.expect('.');
    const name = this.name();
    const next = this.tokens[this.at];
    const hasAlias = next?.type === 'name' && (next.quoted || !CLAUSES.includes(next.text));
    return { schema, name, alias: hasAlias ? this.name() : name };
  }

  private sortKey(): SortKey {
    const key = this.expression();
    const descending = this.takes('desc');
    if (this.takes('nulls')) this.expect('last');
    return { key, descending };
  }

  private expression(): Expression {
    let left = this.conjunction();
    while (this.takes('or')) left = { type: 'logic', operator: 'OR', left, right: this.conjunction() };
    return left;
  }

  private conjunction(): Expression {
    let left = this.negation();
    while (this.takes('and')) left = { type: 'logic', operator: 'AND', left, right: this.negation() };
    return left;
  }

  private negation(): Expression {
    return this.takes('not') ? { type: 'not', of: this.negation() } : this.nullTest();
  }

  private nullTest(): Expression {
    const of = this.comparison();
    if (!this.takes('is')) return of;
    const negated = this.takes('not');
    this.expect('null');
    return { type: 'is_null', negated, of };
  }

  private comparison(): Expression {
    const left = this.membership();
    const operator = COMPARISONS.find((sign) => this.takes(sign));
    return operator === undefined ? left : { type: 'comparison', operator, left, right: this.membership() };
  }

  private membership(): Expression {
    const of = this.concatenation();
    const negated = this.takes('not');
    if (this.takes('like')) return { type: 'like', negated, of, pattern: this.concatenation() };
    if (this.takes('in')) {
      this.expect('(');
      const items = this.list(() => this.expression());
      this.expect(')');
      return { type: 'in', negated, of, items };
    }
    if (negated) throw this.surprise();
    if (!this.takes('between')) return of;
    const low = this.concatenation();
    this.expect('and');
    return { type: 'between', of, low, high: this.concatenation() };
  }

  private concatenation(): Expression {
    let left = this.sum();
    while (this.takes('||')) left = { type: 'concatenation', left, right: this.sum() };
    return left;
  }

  private sum(): Expression {
    return this.arithmetic(['+', '-'], () => this.product());
  }

  private product(): Expression {
    return this.arithmetic(['*', '/', '%'], () => this.cast());
  }

  private arithmetic(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((sign) => this.takes(sign));
      if (operator === undefined) return left;
      left = { type: 'arithmetic', operator, left, right: operand() };
    }
  }

  private cast(): Expression {
    let of = this.primary();
    while (this.takes('::')) of = { type: 'cast', of, to: this.name() };
    return of;
  }

  private primary(): Expression {
    const token = this.tokens[this.at++];
    switch (token?.type) {
      case 'value':
        return { type: 'value', value: token.value };
      case 'text':
        return { type: 'text', text: token.text };
      case 'number':
        return { type: 'number', text: token.text };
      case 'name':
        return token.quoted ? this.column(token.text) : this.word(token.text);
      case 'sign':
      case undefined:
        if (token?.text !== '(') throw this.surprise(1);
        return this.parenthesised();
    }
  }

  private parenthesised(): Expression {
    if (this.takes('array')) {
      this.expect('[');
      const words = this.list(() => this.expression());
      for (const sign of [']', ')', '[']) this.expect(sign);
      const at = this.expression();
      this.expect(']');
      return { type: 'element', words, at };
    }
    const inner = this.expression();
    this.expect(')');
    return inner;
  }

  private word(word: string): Expression {
    if (word === 'null') return { type: 'null' };
    if (word === 'case') return this.choice();
    if (!this.takes('(')) return this.column(word);
    if (word === 'extract') {
      const field = this.name();
      this.expect('from');
      const of = this.expression();
      this.expect(')');
      return { type: 'extract', field, of };
    }
    return this.call(word);
  }

  private call(name: string): Expression {
    const distinct = this.takes('distinct');
    const operands = this.takes('*') ? [] : this.list(() => this.expression());
    this.expect(')');
    return { type: 'call', name, distinct, operands };
  }

  private choice(): Expression {
    const branches: Branch[] = [];
    while (this.takes('when')) {
      const when = this.expression();
      this.expect('then');
      branches.push({ when, then: this.expression() });
    }
    const otherwise = this.takes('else') ? this.expression() : null;
    this.expect('end');
    return { type: 'case', branches, otherwise };
  }

  private column(first: string): Expression {
    return this.takes('.')
      ? { type: 'column', table: first, name: this.name() }
      : { type: 'column', table: null, name: first };
  }

  private by<Item>(item: () => Item): Item[] {
    this.expect('by');
    return this.list(item);
  }

  private list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.takes(',')) items.push(item());
    return items;
  }

  private name(): string {
    const token = this.tokens[this.at++];
    if (token?.type !== 'name') throw this.surprise(1);
    return token.text;
  }

  private number(): string {
    const token = this.tokens[this.at++];
    if (token?.type !== 'number') throw this.surprise(1);
    return token.text;
  }

  /** Whether a keyword or sign comes next, which is then behind us. */
  private takes(text: string): boolean {
    const token = this.tokens[this.at];
    const found = token !== undefined && (token.type === 'sign' || isWord(token)) && token.text === text;
    if (found) this.at++;
    return found;
  }

  private expect(text: string): void {
    if (!this.takes(text)) throw this.surprise();
  }

  /** @param back tokens since the one that nobody expected */
  private surprise(back = 0): Error {
    const token = this.tokens[this.at - back];
    if (token === undefined || token.type === 'value') return unsupported('part of its query');
    return unsupported(`"${token.text.slice(0, 40)}" in its query`);
  }
}

const CLAUSES = ['where', 'group', 'order', 'limit'];

function isWord(token: Token): token is Extract<Token, { type: 'name' }> {
  return token.type === 'name' && !token.quoted;
}
