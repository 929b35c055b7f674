import { z } from 'zod';
import { MOST_PARAMETERS } from '#domain';
import { attach, wording } from '../deliveries/delivery.schema';
import { id, instant, uuid } from '../http/fields';

/** Rows of two jobs must not get the same name, so this is not that of other deliveries. */
const DEFAULT_PATTERN = '{jobId}/{file}';
const column = z
  .string()
  .min(1)
  .max(1000)
  .describe("A column of the list, by the header that the schedule's template gives it.");

const parameters = z
  .array(z.strictObject({ name: z.string().min(1).max(100).describe('Of the template.'), column }))
  .max(MOST_PARAMETERS);

export const burstInput = z
  .strictObject({
    templateId: id.describe('Run once for each row.'),
    parameters: parameters.default([]).describe('Those left out have their defaults.'),
    delivery: z.discriminatedUnion('channel', [
      z.strictObject({
        channel: z.literal('email'),
        addressColumn: column,
        attach,
        ...wording,
      }),
      z.strictObject({
        channel: z.literal('destination'),
        destinationId: id,
        pattern: z
          .string()
          .min(1)
          .max(500)
          .default(DEFAULT_PATTERN)
          .describe('Names over there. `{jobId}` or `{deliveryId}` in it tells the rows apart.'),
        ...wording,
      }),
    ]),
    mostRows: z
      .int()
      .min(1)
      .optional()
      .describe('A list with more rows is not expanded at all. Default, and most: what the settings allow.'),
  })
  .meta({
    id: 'BurstInput',
    description: 'A report, and a delivery, for each row of the lists that the schedule makes.',
  });

export const burst = z
  .object({
    scheduleId: uuid,
    status: z.enum(['planned', 'withdrawn']),
    templateId: uuid,
    parameters: z.array(z.object({ name: z.string(), column: z.string() })),
    delivery: z
      .object({
        channel: z.enum(['email', 'destination']),
        addressColumn: z.string().nullable(),
        attach: z.boolean().nullable(),
        destinationId: uuid.nullable(),
        pattern: z.string().nullable(),
        subject: z.string().nullable(),
        text: z.string().nullable(),
      })
      .meta({ id: 'BurstDelivery' }),
    mostRows: z.int(),
    revision: z.int(),
  })
  .meta({ id: 'Burst', description: 'What becomes of the lists that a schedule makes.' });

export const expansion = z
  .object({
    status: z.enum(['expanded', 'failed']),
    rows: z.int().nullable().describe('Of the list; null when it was not read.'),
    jobs: z.int().nullable().describe('Jobs requested, one for each row that was not left out.'),
    leftOut: z
      .array(z.object({ row: z.int(), code: z.string(), message: z.string() }).meta({ id: 'LeftOutRow' }))
      .describe('The first hundred rows that got no report.'),
    leftOutCount: z.int().describe('How many rows got none.'),
    failure: z.object({ code: z.string(), message: z.string() }).nullable().meta({ id: 'BurstFailure' }),
    at: instant,
    href: z.string().describe('Lists the jobs of the rows.'),
  })
  .meta({ id: 'Expansion', description: 'What became of a list.' });
