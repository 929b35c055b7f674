import { createRequire } from 'node:module';
import type * as Parser from 'libpg-query';
import { MOST_QUERY_CHARACTERS } from '#domain';
import { DataSourceError } from '../../data-source';

const requireHere = createRequire(__filename);

/**
 * Words and signs that can nest in one another: all but names, literals, commas and dots. The parser's recursion is as deep at most, and
 * a stack that overflows would leave its WebAssembly unusable: that takes more than 5,000 of them in every form of nesting tried.
 */
export const MOST_NESTING_TOKENS = 3000;

/** Token types of PostgreSQL's scanner that add no depth: IDENT, FCONST, SCONST, ICONST, comments, comma and dot. */
const FLAT_TOKENS = new Set([258, 260, 261, 266, 275, 276, 44, 46]);

export interface ParsedQuery {
  /** The statement alone, without a semicolon and what follows it. A comment may be its end. */
  readonly text: string;
  /** Its parse tree, as `libpg-query` gives it. */
  readonly tree: unknown;
  /** A refusal of this text, at a byte of it or null. */
  readonly refusal: (message: string, byte: number | null) => DataSourceError;
}

/**
 * Parses the text of a query whole, by PostgreSQL's own parser. Throws `data_source.query_refused` for what cannot be parsed, is
 * too large, or is not exactly one statement.
 */
export async function parseQuery(text: string): Promise<ParsedQuery> {
  if (text.length > MOST_QUERY_CHARACTERS) {
    throw refused(`it has ${text.length} characters; ${MOST_QUERY_CHARACTERS} may be`);
  }
  // Both would end as other text than was parsed here: the one ends a text of C, the other has no form in UTF-8.
  const odd = codePoints(text).findIndex((character) => character === '\0' || /^\p{Surrogate}$/u.test(character));
  if (odd >= 0) throw refused('this character cannot be part of a query', text, odd);
  if (text.trim() === '') throw refused('it is empty');
  // Loaded by the first query only: most systems have none. By require, since Jest knows no import().
  const parser = requireHere('libpg-query') as typeof Parser;
  await parser.loadModule();
  requireFlat(text, parser);
  const [statement, another] = statementsOf(text, parser);
  if (!statement) throw refused('it is empty');
  const bytes = Buffer.from(text);
  const at = (byte: number): number => characters(bytes.subarray(0, byte).toString());
  const start = statement.stmt_location ?? 0;
  if (another) throw refused('it must be one statement, and another begins here', text, at(another.stmt_location ?? 0));
  return {
    text: bytes.subarray(start, statement.stmt_len ? start + statement.stmt_len : undefined).toString(),
    tree: statement.stmt,
    refusal: (message, byte) => (byte === null ? refused(message) : refused(message, text, at(byte))),
  };
}

function requireFlat(text: string, parser: typeof Parser): void {
  const nesting = nestingTokens(text, parser);
  if (nesting === null) {
    // A text has at least as many characters as tokens. Of a short one the parser tells better what is wrong.
    if (text.length <= MOST_NESTING_TOKENS) return;
    throw refused('it cannot be read to its end: a literal, name or comment in it may lack its end');
  }
  if (nesting <= MOST_NESTING_TOKENS) return;
  throw refused(`it has ${nesting} keywords, operators and parentheses; ${MOST_NESTING_TOKENS} may be`);
}

/** Null when the text cannot be scanned. */
function nestingTokens(text: string, { scanSync }: typeof Parser): number | null {
  // The package answers in JSON and leaves these characters as they are. Outside of literals and comments they are spaces or mistakes.
  const scannable = text.replaceAll(/(?![\t\n\r])\p{Control}/gu, ' ');
  try {
    return scanSync(scannable).tokens.filter(({ tokenType }) => !FLAT_TOKENS.has(tokenType)).length;
  } catch {
    return null;
  }
}

function statementsOf(text: string, { parseSync, hasSqlDetails }: typeof Parser): readonly Parser.RawStmt[] {
  try {
    return parseSync(text).stmts ?? [];
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    // Characters from 0; none when the parser gives up for want of memory.
    throw refused(error.message, text, Math.max(0, error.sqlDetails?.cursorPosition ?? 0));
  }
}

/** @param position characters (code points) before the place in question */
function refused(message: string, text = '', position: number | null = null): DataSourceError {
  const place = position === null ? '' : ` at ${lineAndColumn(text, position)}`;
  return new DataSourceError('data_source.query_refused', `The query is refused${place}: ${message}.`);
}

function lineAndColumn(text: string, position: number): string {
  const lines = codePoints(text).slice(0, position).join('').split('\n');
  return `line ${lines.length}, column ${characters(lines.at(-1) ?? '') + 1}`;
}

function characters(text: string): number {
  return codePoints(text).length;
}

function codePoints(text: string): string[] {
  return Array.from(text);
}
