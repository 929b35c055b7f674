import { z } from 'zod';
import { isTimeZone } from '#domain';

/** Any UUID; other spellings of the same one become lower case. */
export const id = z.guid('must be a UUID').toLowerCase();

/** Years 1 to 9999: PostgreSQL has no year 0, and no time with a sign before its year. */
const STORABLE_INSTANT = /^(?!0000)\d{4}-/;
const NO_INSTANT = 'must be a time of the calendar such as 2026-11-23T07:30:00Z';

/** An RFC 3339 time with its offset; kept in UTC with milliseconds. */
export const instantInput = z.iso
  .datetime({ offset: true, error: NO_INSTANT })
  .transform((text) => new Date(text).toISOString())
  .refine((text) => STORABLE_INSTANT.test(text), NO_INSTANT);

/** A time in an answer: RFC 3339 in UTC. */
export const instant = z.string().meta({ format: 'date-time' });

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin or UTC')
  .meta({ description: 'IANA time zone, such as `Europe/Berlin`.', examples: ['Europe/Berlin'] });

/** A text that people read: surrounding blanks do not count. */
export function words(max: number) {
  return z.string().trim().min(1, 'must not be empty').max(max);
}

/** A whole number in a query. */
function queryInteger(min: number, max: number, fallback: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`)
    .default(fallback)
    .meta({ override: { type: 'integer', minimum: min, maximum: max, default: fallback } });
}

/** A number in a path. */
export const revisionNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a revision: 0, 1, 2, …')
  .transform(Number)
  .meta({ override: { type: 'integer', minimum: 0 } });

export const paging = {
  limit: queryInteger(1, 200, 50).describe('Most items of the page.'),
  cursor: z.string().min(1).max(1000).optional().describe('`nextCursor` of the page before.'),
};

/** A page of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Null on the last page.'),
  });
}

export const changed = z
  .object({ id: z.string().meta({ format: 'uuid' }), revision: z.int() })
  .meta({ id: 'Changed', description: 'What a command has changed. The same revision stands in ETag.' });

export const uuid = z.string().meta({ format: 'uuid' });

/** Whoever acts: the id of a person, or the name of a part of the system such as `system:scheduler`. */
export const actor = z.string().meta({ description: 'A user id, or `system:<name>`.' });
