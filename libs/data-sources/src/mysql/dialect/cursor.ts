import type { Token } from './tokens';
import { unsupported } from './unsupported';

/** A place among tokens. What is not expected there throws `data_source.unsupported`. */
export class Cursor {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  next(): Token {
    const token = this.tokens[this.at++];
    if (token === undefined) throw this.surprise(1);
    return token;
  }

  /** Whether a keyword or sign comes next, which is then behind us. */
  takes(text: string): boolean {
    const found = this.sees(text);
    if (found) this.at++;
    return found;
  }

  /** Whether a keyword or sign comes, so many tokens ahead. */
  sees(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token !== undefined && (token.type === 'sign' || isWord(token)) && token.text === text;
  }

  expect(...texts: readonly string[]): void {
    for (const text of texts) if (!this.takes(text)) throw this.surprise();
  }

  expectEnd(): void {
    if (this.peek() !== undefined) throw this.surprise();
  }

  list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.takes(',')) items.push(item());
    return items;
  }

  name(): string {
    const token = this.next();
    if (token.type !== 'name') throw this.surprise(1);
    return token.text;
  }

  number(): string {
    const token = this.next();
    if (token.type !== 'number') throw this.surprise(1);
    return token.text;
  }

  text(): string {
    const token = this.next();
    if (token.type !== 'text') throw this.surprise(1);
    return token.text;
  }

  /** @param back tokens since the one that nobody expected */
  surprise(back = 0): Error {
    const token = this.peek(-back);
    if (token === undefined || token.type === 'value') return unsupported('part of its query');
    return unsupported(`"${token.text.slice(0, 40)}" in its query`);
  }
}

export function isWord(token: Token): token is Extract<Token, { type: 'name' }> {
  return token.type === 'name' && !token.quoted;
}
