const LIMIT = 200;
/** Shorter ones are no secrets, and would turn every text into asterisks. */
const SHORTEST_SECRET = 4;

/**
 * What another server said, fit to be shown: one line of printable characters, 200 at most, without the secrets that it may have echoed
 * (as they are, in base64, or encoded for a URL).
 */
export function foreignText(text: string, secrets: readonly string[] = []): string {
  const plain = hide(text, secrets)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  const characters = Array.from(plain);
  return characters.length <= LIMIT ? plain : `${characters.slice(0, LIMIT - 1).join('')}…`;
}

/** For the end of a sentence: `: it said "…"`, or nothing. */
export function quoted(text: string, secrets: readonly string[] = []): string {
  const shown = foreignText(text, secrets);
  return shown === '' ? '' : `: it said "${shown}"`;
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap(formsOf)
    .sort((one, other) => other.length - one.length)
    .reduce((rest, form) => rest.replace(inAnyCase(form), '***'), text);
}

/** Mail servers like to repeat an address in lower case. */
const inAnyCase = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');

function formsOf(secret: string): string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [secret, encodeURIComponent(secret), base64];
}
