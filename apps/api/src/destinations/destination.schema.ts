import { z } from 'zod';
import type { DestinationSecret } from '#delivery-channels';
import type { DestinationDefinition } from '#domain';
import { actor, instant, uuid } from '../http/fields';

const usableBy = z.enum(['everybody', 'admins']).describe('Who may have reports delivered to it.');
const host = z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, 'must be a host name or an IP address');
const ca = z
  .string()
  .max(100_000)
  .nullable()
  .default(null)
  .describe('Certificates (PEM) that are trusted; null: public ones.');

const s3 = z.strictObject({
  bucket: z.string().min(3).max(63),
  region: z.string().min(1).max(50),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .default(null)
    .describe("A compatible store's; null: Amazon's."),
  pathStyle: z.boolean().default(false).describe('The bucket in the path, as most compatible stores want it.'),
  prefix: z.string().min(1).max(500).nullable().default(null).describe('Folders that all names begin with.'),
  accessKeyId: z.string().min(1).max(200),
  encryption: z.enum(['AES256', 'aws:kms']).nullable().default(null),
  checksums: z.boolean().default(true).describe('False for stores that do not know CRC-32 sums.'),
});
const sftp = z.strictObject({
  host,
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().min(1).max(100),
  hostKeys: z
    .array(z.string().max(100))
    .min(1)
    .max(5)
    .describe('Fingerprints as `ssh-keygen -l` shows them: `SHA256:…`.'),
  folder: z
    .string()
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .describe('An existing folder; null: where the sign-in leads.'),
});
const webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2000),
  content: z.enum(['json', 'files']).default('json').describe('`json` tells of the files, `files` posts each of them.'),
  expects: z.string().min(1).max(500).nullable().default(null).describe('A text that the answer must contain.'),
  ca,
});

const input = {
  s3: s3.meta({ id: 'S3DestinationInput' }),
  sftp: sftp.meta({ id: 'SftpDestinationInput' }),
  webhook: webhook.meta({ id: 'WebhookDestinationInput' }),
};

const text = (max: number) => z.string().min(1).max(max);
const secrets = {
  s3: z.strictObject({ secretAccessKey: text(500) }),
  sftp: z.strictObject({
    password: text(1000).nullable().default(null),
    privateKey: text(20_000).nullable().default(null),
    passphrase: text(1000).nullable().default(null),
  }),
  webhook: z.strictObject({
    signingSecret: z.string().min(16).max(500).describe('Signs the bodies.'),
    headers: z.record(z.string().max(100), z.string().max(2000)).default({}).describe('Such as `Authorization`.'),
  }),
  slack: z.strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .describe('Of the incoming webhook.'),
  }),
};
const kept = 'Left out: it stays.';
const about = {
  description: z.string().trim().max(2000).nullable().default(null),
  usableBy: usableBy.default('everybody'),
};
const name = z.string().trim().min(1).max(63).describe('It never changes.');

export const destinationInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ name, ...about, kind: z.literal('s3'), s3: input.s3, secret: secrets.s3 }),
    z.strictObject({ name, ...about, kind: z.literal('sftp'), sftp: input.sftp, secret: secrets.sftp }),
    z.strictObject({ name, ...about, kind: z.literal('webhook'), webhook: input.webhook, secret: secrets.webhook }),
    z.strictObject({ name, ...about, kind: z.literal('slack'), secret: secrets.slack }),
  ])
  .meta({ id: 'DestinationInput', description: 'Secrets can be written and replaced, never read.' });

export const destinationRevision = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...about, kind: z.literal('s3'), s3: input.s3, secret: secrets.s3.optional().describe(kept) }),
    z.strictObject({
      ...about,
      kind: z.literal('sftp'),
      sftp: input.sftp,
      secret: secrets.sftp.optional().describe(kept),
    }),
    z.strictObject({
      ...about,
      kind: z.literal('webhook'),
      webhook,
      secret: secrets.webhook.optional().describe(kept),
    }),
    z.strictObject({ ...about, kind: z.literal('slack'), secret: secrets.slack.optional().describe(kept) }),
  ])
  .meta({ id: 'DestinationRevision' });

const forAdministrators = 'For administrators; null for others.';
export const destination = z
  .object({
    destinationId: uuid.describe('Follows from the name.'),
    name: z.string(),
    description: z.string().nullable(),
    kind: z.enum(['s3', 'sftp', 'webhook', 'slack']),
    usableBy,
    s3: s3.meta({ id: 'S3Destination' }).nullable().describe(forAdministrators),
    sftp: sftp.meta({ id: 'SftpDestination' }).nullable().describe(forAdministrators),
    webhook: webhook.meta({ id: 'WebhookDestination' }).nullable().describe(forAdministrators),
    status: z.enum(['active', 'retired']),
    revision: z.int(),
    registeredBy: actor,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Destination', description: 'Where reports may be delivered to.' });

export const testDelivery = z
  .object({
    ok: z.boolean(),
    code: z.string().nullable().describe('Why it did not arrive; null: it did.'),
    message: z.string().describe('A sentence for whoever sets it up.'),
  })
  .meta({ id: 'TestDelivery' });

type Described = z.output<typeof destinationInput> | z.output<typeof destinationRevision>;

/** What a body describes, apart from its name and its secret. */
export function definitionOf(body: Described): DestinationDefinition {
  const { description } = body;
  const none = { description, usableBy: body.usableBy, s3: null, sftp: null, webhook: null };
  switch (body.kind) {
    case 's3':
      return { ...none, kind: 's3', s3: body.s3 };
    case 'sftp':
      return { ...none, kind: 'sftp', sftp: body.sftp };
    case 'webhook':
      return { ...none, kind: 'webhook', webhook: body.webhook };
    case 'slack':
      return { ...none, kind: 'slack' };
  }
}

/** The secret that a body brings along; null when it says nothing of it. */
export function secretOf(body: Described): DestinationSecret | null {
  return body.secret === undefined ? null : ({ kind: body.kind, ...body.secret } as DestinationSecret);
}
