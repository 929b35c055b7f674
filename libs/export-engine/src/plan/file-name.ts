import { Temporal } from 'temporal-polyfill';
import type { Instant, TimeZone } from '#domain';

const LONGEST_TITLE = 120;
/** File systems hold 255; downloads get ` (1)` and the like appended. */
const LONGEST_TITLE_BYTES = 200;

/**
 * `Delayed flights_2026-11-23T0730.csv`: title and nominal time in the report's zone. Whatever would leave the folder, break
 * an HTTP header, trouble a file system or turn the reading direction is replaced.
 */
export function fileName(title: string, nominalTime: Instant, timeZone: TimeZone, extension: string): string {
  const local = Temporal.Instant.from(nominalTime).toZonedDateTimeISO(timeZone).toPlainDateTime();
  const time = local.toString({ smallestUnit: 'minute' }).replace(':', '');
  return `${safeTitle(title)}_${time}.${extension}`;
}

function safeTitle(title: string): string {
  const clean = Buffer.from(title)
    .toString()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+/, '');
  let characters = Array.from(clean).slice(0, LONGEST_TITLE);
  while (Buffer.byteLength(characters.join('')) > LONGEST_TITLE_BYTES) characters = characters.slice(0, -1);
  return characters.join('').trim() || 'Report';
}
