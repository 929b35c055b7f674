import { z } from 'zod';
import { DELIVERY_STATUSES, MOST_PLANNED_DELIVERIES } from '#domain';
import { actor, id, instant, uuid } from '../http/fields';

const filledIn = '`{template}`, `{reportDate}` and `{rows}` are filled in.';
export const wording = {
  subject: z.string().trim().min(1).max(200).nullable().default(null).describe(`${filledIn} Null: template and date.`),
  text: z
    .string()
    .trim()
    .min(1)
    .max(5000)
    .nullable()
    .default(null)
    .describe(`${filledIn} Null: a sentence of the product.`),
};
export const attach = z
  .boolean()
  .default(true)
  .describe('False: the link alone. True: the files, below the size that the settings allow.');
const addresses = z.array(z.string().trim().min(3).max(254)).max(50);
const mail = {
  channel: z.literal('email'),
  to: addresses.min(1),
  cc: addresses.default([]),
  bcc: addresses.default([]),
  attach,
  ...wording,
};
const files = {
  channel: z.literal('destination'),
  destinationId: id,
  pattern: z
    .string()
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .describe('Names over there, such as `daily/{reportDate}/{file}`; also `{template}`, `{jobId}`. Null: `{file}`.'),
  ...wording,
};

export const deliveryTarget = z
  .discriminatedUnion('channel', [z.strictObject(mail), z.strictObject(files)])
  .meta({ id: 'DeliveryTarget', description: 'Where a report goes.' });

const entryId = id.optional().describe('Of an entry that stays; left out for a new one.');
export const deliveryPlanInput = z
  .strictObject({
    entries: z
      .array(
        z.discriminatedUnion('channel', [z.strictObject({ entryId, ...mail }), z.strictObject({ entryId, ...files })]),
      )
      .max(MOST_PLANNED_DELIVERIES)
      .refine(haveOwnIds, 'must have an entryId of its own each'),
  })
  .meta({ id: 'DeliveryPlanInput' });

const shownTarget = {
  channel: z.enum(['email', 'destination']),
  to: z.array(z.string()).describe('Addresses; those of erased persons are left out.'),
  cc: z.array(z.string()),
  bcc: z.array(z.string()),
  attach: z.boolean().nullable(),
  destinationId: uuid.nullable(),
  pattern: z.string().nullable(),
  subject: z.string().nullable(),
  text: z.string().nullable(),
};

export const deliveryPlan = z
  .object({
    scheduleId: uuid,
    entries: z.array(z.object({ entryId: uuid, ...shownTarget }).meta({ id: 'PlannedDelivery' })),
    revision: z.int().describe('-1 before the first plan.'),
  })
  .meta({ id: 'DeliveryPlan', description: 'Where the reports of a schedule go that complete from now on.' });

const failure = z
  .object({ code: z.string(), message: z.string(), transient: z.boolean() })
  .meta({ id: 'DeliveryFailure' });
const summary = {
  deliveryId: uuid,
  jobRequestId: uuid,
  scheduleId: uuid.nullable(),
  entryId: uuid.nullable().describe('Of the plan; null for one by hand.'),
  channel: z.enum(['email', 'destination']),
  recipients: z.int().nullable().describe('How many a mail has.'),
  destinationId: uuid.nullable(),
  destinationName: z.string().nullable(),
  status: z.enum(DELIVERY_STATUSES),
  attempt: z.int().describe('The attempt that ended last; 0 before the first.'),
  lastAttempt: z.int().describe('The last that there may be.'),
  deadline: instant,
  retryAt: instant.nullable(),
  failure: failure.nullable(),
  receipt: z
    .object({
      channel: z.string(),
      destination: z.string(),
      answer: z.string(),
      reference: z.string().nullable(),
      bytes: z.int(),
      files: z.array(z.object({ name: z.string(), bytes: z.int(), reference: z.string().nullable() })),
    })
    .nullable(),
  cancelledBy: actor.nullable(),
  cancelReason: z.string().nullable(),
  requestedBy: actor,
  requestedAt: instant,
  endedAt: instant.nullable(),
  revision: z.int(),
  updatedAt: instant,
};
export const deliverySummary = z.object(summary).meta({ id: 'DeliverySummary' });
export const delivery = z
  .object({
    ...summary,
    attempts: z.array(
      z
        .object({
          attempt: z.int(),
          worker: z.string(),
          endedAt: instant,
          durationMs: z.int(),
          failure: failure.nullable().describe('Null for the one that arrived.'),
        })
        .meta({ id: 'DeliveryAttempt' }),
    ),
  })
  .meta({ id: 'Delivery' });

/** The id of a delivery follows from that of its entry: of two entries with one id, one would never be delivered. */
function haveOwnIds(entries: readonly { readonly entryId?: string | undefined }[]): boolean {
  const given = entries.flatMap((entry) => entry.entryId ?? []);
  return new Set(given).size === given.length;
}
