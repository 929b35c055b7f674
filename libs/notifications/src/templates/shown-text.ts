/** Characters of a text that others wrote, at most. */
const LIMIT = 200;

/**
 * What others wrote, fit to stand in a line of a message: no line breaks and controls, nothing that turns the direction of what
 * follows (Unicode's bidirectional controls, UAX #9), 200 characters at most.
 */
export function shownText(text: string, limit = LIMIT): string {
  const plain = text
    .toWellFormed()
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const characters = Array.from(plain);
  return characters.length <= limit ? plain : `${characters.slice(0, limit - 1).join('')}…`;
}
