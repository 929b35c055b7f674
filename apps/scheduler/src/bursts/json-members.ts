import { isLosslessNumber, parse, stringify } from 'lossless-json';

/**
 * The members of the JSON object that a line of JSON lines is. A text stands without its quotes, a number with every digit of the
 * line (`JSON.parse` would round those above 2^53), an array or object as JSON; null stands for null. Throws a `SyntaxError`.
 */
export function jsonMembers(line: string): ReadonlyMap<string, string | null> {
  const whole = parse(line);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole) || isLosslessNumber(whole)) {
    throw new SyntaxError('a line is no object');
  }
  return new Map(Object.entries(whole).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  return stringify(value) ?? null;
}
