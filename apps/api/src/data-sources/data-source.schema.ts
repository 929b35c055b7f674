import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { leavesNoTime, TLS_MODES, type DataSourceDefinition } from '#domain';
import { actor, instant, timeZone, uuid } from '../http/fields';
import { wallTime, weekday } from '../schedules/recurrence.schema';

const port = z.int().min(1).max(65_535);
const tlsMode = z
  .enum(TLS_MODES)
  .describe('`require` encrypts without knowing whom it speaks to, `verify-full` checks certificate and host name.');
const address = z.object({ host: z.string(), port: z.int() });

const blackout = z
  .strictObject({
    weekdays: z.array(weekday).min(1).max(7).describe('Days on which it begins.'),
    from: wallTime,
    to: wallTime.describe('On the next day unless it is later than `from`. It is over then.'),
    timeZone,
  })
  .meta({ id: 'Blackout', description: 'A stretch of each week, by the clock on a wall in the zone.' });

/** Any instant serves: what leaves no time does so in every week. */
const SOME_WEEK = '2026-01-05T00:00:00.000Z';

/** What has a problem of its own already is not asked about what it leaves. */
function isWhole(list: readonly unknown[]): boolean {
  return list.every((one) => blackout.safeParse(one).success);
}

const blackouts = z
  .array(blackout)
  .max(50)
  .refine((list) => !isWhole(list) || !leavesNoTime(SOME_WEEK, list), 'must leave some time in each week')
  .default([])
  .describe('When no report may begin to read from it. What runs then goes on.');

const databaseOptions = z.object({
  ...address.shape,
  database: z.string(),
  user: z.string(),
  tls: z.object({ mode: tlsMode, ca: z.string().nullable() }),
  maxConnections: z.int().nullable(),
  statementTimeoutSeconds: z.int().nullable(),
});
const postgresOptions = databaseOptions.extend({ readReplica: address.nullable() }).meta({ id: 'PostgresOptions' });
const mysqlOptions = databaseOptions.meta({ id: 'MySqlOptions', description: 'MySQL or MariaDB.' });

const circuit = z
  .object({
    status: z.enum(['open', 'closed']),
    code: z.string().describe('Of the last failure that counted.'),
    failures: z.int().describe('Attempts in a row that failed by its fault.'),
    openings: z.int().describe('1, and one more for each try that failed.'),
    until: instant.describe('From then on one job at a time tries whether it answers.'),
    openedAt: instant,
    closedAt: instant.nullable(),
    closedBy: actor.nullable().describe('Null for a job whose try succeeded.'),
  })
  .meta({ id: 'Circuit', description: 'How jobs were kept last from a data source that did not answer.' });

export const dataSource = z
  .object({
    dataSourceId: uuid.describe('Follows from the name.'),
    name: z.string().describe('What datasets refer to.'),
    description: z.string().nullable(),
    origin: z.enum(['settings', 'registered']).describe('Those of the settings are read-only here.'),
    kind: z.enum(['postgres', 'mysql', 'file']).describe('`mysql` is MariaDB as well.'),
    postgres: postgresOptions.nullable().describe('Null for another kind, and for those of the settings.'),
    mysql: mysqlOptions.nullable(),
    file: z.object({ folder: z.string() }).nullable(),
    blackouts: z.array(blackout).describe('When no report may begin to read from it.'),
    hasPassword: z.boolean().nullable().describe('Nobody can read it. Null for those of the settings.'),
    status: z.enum(['active', 'retired']),
    revision: z.int().nullable().describe('Null, as all that follows, for those of the settings.'),
    registeredBy: actor.nullable(),
    createdAt: instant.nullable(),
    updatedAt: instant.nullable(),
    circuit: circuit.nullable().describe('Null when it has never been open.'),
  })
  .meta({ id: 'DataSource', description: 'Where datasets read from.' });

const host = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,253}$/, 'must be a host name or an IP address')
  .describe('Host name or IP address.');

const tlsInput = z
  .strictObject({
    mode: tlsMode,
    ca: z
      .string()
      .max(100_000)
      .refine(isCertificate, 'must be certificates in PEM form')
      .nullable()
      .default(null)
      .describe('Certificates (PEM) that `verify-full` trusts; null: those that Node trusts.'),
  })
  .refine(({ mode, ca }) => ca === null || mode === 'verify-full', {
    path: ['ca'],
    message: 'counts with the mode verify-full only',
  });

const postgresAddress = z.strictObject({ host, port: port.default(5432) });

/** What all databases have, beside their address and names. */
const connectionInput = {
  tls: tlsInput.default({ mode: 'verify-full', ca: null }),
  maxConnections: z
    .int()
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .describe('Connections that each process opens at most; null: as many as the settings allow.'),
  statementTimeoutSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .nullable()
    .default(null)
    .describe('Seconds that a query may take at most; null: as long as the settings allow.'),
};

const postgresInput = z
  .strictObject({
    ...postgresAddress.shape,
    database: z.string().min(1).max(63),
    user: z.string().min(1).max(63).describe('A role that can only read.'),
    ...connectionInput,
    readReplica: postgresAddress
      .nullable()
      .default(null)
      .describe('A copy with the same users and certificate, which queries go to while it can be reached.'),
  })
  .meta({ id: 'PostgresOptionsInput' });

const mysqlInput = z
  .strictObject({
    host,
    port: port.default(3306),
    database: z.string().min(1).max(64),
    user: z.string().min(1).max(128).describe('An account that can only read.'),
    ...connectionInput,
  })
  .refine(({ tls, host: name }) => tls.mode !== 'verify-full' || isIP(name) === 0, {
    path: ['host'],
    message: 'must be a host name with the mode verify-full: certificates are not checked for addresses',
  })
  .meta({ id: 'MySqlOptionsInput' });

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'must be lower-case letters, digits, _ and -, a letter first, 63 at most')
  .refine((text) => !z.guid().safeParse(text).success, 'must not look like an id')
  .describe('What datasets refer to; it never changes.');
const described = { description: z.string().trim().max(2000).nullable().default(null), blackouts };
const password = z.string().min(1).max(1000).nullable();
const newPassword = password.default(null);
const changedPassword = password.optional().describe('Left out: it stays. Null: there is none any more.');

const ofPostgres = { kind: z.literal('postgres'), postgres: postgresInput };
const ofMySql = { kind: z.literal('mysql'), mysql: mysqlInput };
const ofFiles = {
  kind: z.literal('file'),
  file: z
    .strictObject({
      folder: z
        .string()
        .max(500)
        .refine((path) => path === '' || path.split('/').every(isFolderName), 'must be names of folders apart by /')
        .describe('Below FILE_SOURCES_DIR, parts apart by `/`; empty for that folder itself.'),
    })
    .meta({ id: 'FileOptionsInput' }),
};

export const dataSourceInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ name, ...described, ...ofPostgres, password: newPassword }),
    z.strictObject({ name, ...described, ...ofMySql, password: newPassword }),
    z.strictObject({ name, ...described, ...ofFiles }),
  ])
  .meta({ id: 'DataSourceInput', description: 'Passwords can be written and replaced, never read.' });

export const dataSourceRevision = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...described, ...ofPostgres, password: changedPassword }),
    z.strictObject({ ...described, ...ofMySql, password: changedPassword }),
    z.strictObject({ ...described, ...ofFiles }),
  ])
  .meta({ id: 'DataSourceRevision' });

export const connectionTestInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...ofPostgres, password: newPassword }),
    z.strictObject({ ...ofMySql, password: newPassword }),
    z.strictObject(ofFiles),
  ])
  .meta({ id: 'ConnectionTestInput' });

export const connectionTest = z
  .object({
    ok: z.boolean(),
    reason: z
      .enum([
        'host_not_found',
        'refused',
        'timeout',
        'tls',
        'sign_in',
        'database_missing',
        'busy',
        'folder_missing',
        'other',
      ])
      .nullable()
      .describe('Null when it works.'),
    message: z.string().describe('A sentence for whoever sets it up.'),
  })
  .meta({ id: 'ConnectionTest' });

type Described =
  z.output<typeof dataSourceInput> | z.output<typeof dataSourceRevision> | z.output<typeof connectionTestInput>;

/** What a body describes, apart from its name and its password. */
export function definitionOf(body: Described): DataSourceDefinition {
  const about = 'description' in body ? body : { description: null, blackouts: [] };
  const { description } = about;
  const none = { description, blackouts: about.blackouts, postgres: null, mysql: null, file: null };
  switch (body.kind) {
    case 'postgres':
      return { ...none, kind: 'postgres', postgres: body.postgres };
    case 'mysql':
      return { ...none, kind: 'mysql', mysql: body.mysql };
    case 'file':
      return { ...none, kind: 'file', file: body.file };
  }
}

/** The password that a body brings along: null for none, undefined when it says nothing of it. */
export function passwordOf(body: Described): string | null | undefined {
  return body.kind === 'file' ? null : body.password;
}

function isFolderName(part: string): boolean {
  return part !== '' && !part.startsWith('.') && !/[*?[\]{}\\]/.test(part);
}

function isCertificate(text: string): boolean {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block)).length > 0;
  } catch {
    return false;
  }
}
