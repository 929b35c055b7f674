/** What PostgreSQL's text cannot hold, as JSON writes it: NUL, and half of a surrogate pair. */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/;
const ESCAPES = /(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * A value as a JSON text that `json` and `jsonb` take, and whose texts can be read out of it. A character that PostgreSQL cannot store becomes U+FFFD: commands are
 * refused when they bear one, but an event that does may not stop a projection for ever.
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return UNSTORABLE.test(text) ? text.replace(ESCAPES, (match) => (match === '\\\\' ? match : '\ufffd')) : text;
}
