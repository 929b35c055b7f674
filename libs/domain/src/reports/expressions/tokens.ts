import { invalid } from './expression-fault';

export interface Token {
  readonly type: 'number' | 'text' | 'name' | 'column' | 'keyword' | 'sign' | 'end';
  /** What it says: without quotes and brackets, keywords in lower case. */
  readonly text: string;
  /** Index of its first character in the expression, in UTF-16 units. */
  readonly at: number;
}

const KEYWORDS: readonly string[] = [
  ...['and', 'or', 'not', 'is', 'null', 'true', 'false'],
  ...['case', 'when', 'then', 'else', 'end'],
];

const BLANK = /\s*/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
/** Doubled, the closing character stands for itself, as in SQL. */
const TEXT = /'((?:[^']|'')*)'/y;
const COLUMN = /\[((?:[^\]]|\]\])*)\]/y;
const SIGN = /<>|!=|<=|>=|\|\||[-+*/%=<>(),]/y;

/** Splits an expression into its words, the end included. Throws `ExpressionFault`. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = skipBlank(source, 0);
  while (at < source.length) {
    const { token, end } = tokenAt(source, at);
    tokens.push(token);
    at = skipBlank(source, end);
  }
  return [...tokens, { type: 'end', text: '', at: source.length }];
}

function tokenAt(source: string, at: number): { readonly token: Token; readonly end: number } {
  const found = (type: Token['type'], text: string, written: string) => ({
    token: { type, text, at },
    end: at + written.length,
  });
  const number = match(NUMBER, source, at);
  if (number) return found('number', number[0], number[0]);
  const name = match(NAME, source, at);
  if (name) {
    const word = name[0].toLowerCase();
    return KEYWORDS.includes(word) ? found('keyword', word, name[0]) : found('name', name[0], name[0]);
  }
  const text = match(TEXT, source, at);
  if (text) return found('text', (text[1] ?? '').replaceAll("''", "'"), text[0]);
  const column = match(COLUMN, source, at);
  if (column) return found('column', (column[1] ?? '').replaceAll(']]', ']'), column[0]);
  const sign = match(SIGN, source, at);
  if (sign) return found('sign', sign[0] === '!=' ? '<>' : sign[0], sign[0]);
  throw invalid(at, unreadable(source, at));
}

function unreadable(source: string, at: number): string {
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  switch (character) {
    case "'":
      return "The text that begins here has no end: close it with '.";
    case '[':
      return 'The column name that begins here has no end: close it with ].';
    case '"':
      return "A text stands in single quotes, 'like this', and a column name in brackets, [like this].";
    default:
      return `"${character}" has no meaning here.`;
  }
}

function skipBlank(source: string, at: number): number {
  return at + (match(BLANK, source, at)?.[0].length ?? 0);
}

/** The pattern, if it matches just there. */
function match(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
