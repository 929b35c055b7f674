import type { Statement } from '../../statement';
import { unsupported } from './unsupported';

export type Token =
  | { readonly type: 'value'; readonly value: string }
  /** A text in quotes, without them. */
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'name'; readonly text: string; readonly quoted: boolean }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'sign'; readonly text: string };

/** Quoted name, quoted text, number, word, operators of two characters, one character. White space stands before any. */
const TOKEN =
  /\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(\d+(?:\.\d+)?)|([a-z_]\w*)|(::|\|\||<>|<=|>=|[-+*/%<>=(),.[\]]))/iy;

/** The tokens of a statement. What a person typed is in its values alone, so nothing of it can be taken for SQL. */
export function tokensOf({ text, values }: Statement): Token[] {
  return text.flatMap((part, index) => {
    const value = values[index];
    return [...tokensOfText(part), ...(value === undefined ? [] : [{ type: 'value', value } as const])];
  });
}

function tokensOfText(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw unsupported(text.slice(at).trim().slice(0, 20));
    tokens.push(tokenOf(match));
    at = TOKEN.lastIndex;
  }
  return tokens;
}

function tokenOf([, name, text, number, word, sign = '']: RegExpExecArray): Token {
  if (name !== undefined) return { type: 'name', text: name.replaceAll('""', '"'), quoted: true };
  if (text !== undefined) return { type: 'text', text: text.replaceAll("''", "'") };
  if (number !== undefined) return { type: 'number', text: number };
  // PostgreSQL folds what is not quoted to lower case.
  if (word !== undefined) return { type: 'name', text: word.toLowerCase(), quoted: false };
  return { type: 'sign', text: sign };
}
