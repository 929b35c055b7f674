/** Whole strings, the signs between values, and what else stands together: numbers and words (RFC 8259, 2). */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g;

/**
 * The members of the JSON object that a line of JSON lines is. A text stands without its quotes, a number with every digit of the
 * line (`JSON.parse` would round those above 2^53), an array or object as JSON; null stands for null. Throws a `SyntaxError`.
 */
export function jsonMembers(line: string): ReadonlyMap<string, string | null> {
  const whole: unknown = JSON.parse(line);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) throw new SyntaxError('a line is no object');
  const members = new Map<string, string | null>();
  let depth = 0;
  let name: string | null = null;
  let valueFrom: number | null = null;
  for (const { 0: token, index } of line.matchAll(TOKEN)) {
    if (depth === 1) {
      if ((token === ',' || token === '}') && name !== null && valueFrom !== null) {
        members.set(name, textOf(line.slice(valueFrom, index).trim()));
        name = null;
        valueFrom = null;
      } else if (token === ':') valueFrom = index + 1;
      else if (token.startsWith('"')) name ??= JSON.parse(token) as string;
    }
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  }
  return members;
}

function textOf(value: string): string | null {
  if (value === 'null') return null;
  return value.startsWith('"') ? (JSON.parse(value) as string) : value;
}
