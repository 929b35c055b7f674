/** Nobody may put us off for longer, in seconds. */
const LONGEST = 86_400;

/** The seconds of a `Retry-After` (RFC 9110, 10.2.3: seconds, or a date), a day at most; null when there is none or it makes no sense. */
export function retryAfterSeconds(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), LONGEST);
  // `Date.parse` takes much more than HTTP's dates, such as "7.5".
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return null;
  return Math.min(Math.max(0, Math.ceil((at - now.getTime()) / 1000)), LONGEST);
}
