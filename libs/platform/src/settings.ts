import { z } from 'zod';
import { isDomainPattern } from './domain-name';

/** Parts apart by commas. */
const list = <Item extends z.ZodType<string, string>>(item: Item) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item));

/**
 * Every setting of the product, read once at start from the environment. Each one alone chooses its adapter; a missing or
 * unusable one ends the start with a sentence that names it. `docs/reference/settings.md` lists them for people.
 */
const schema = z.object({
  /** Port of the HTTP API. 0 takes a free one. Default 3000. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Address the HTTP API listens on. Default 127.0.0.1: reachable from this machine only. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** PostgreSQL for events and read models. Unset: the embedded one. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Connections each process opens to it at most. Default 20. */
  DATABASE_POOL_MAX: z.coerce.number().int().min(4).max(500).default(20),
  /** Folder for the embedded PostgreSQL, files and credentials. */
  DATA_DIR: z.string().min(1).optional(),
  /** Key that signs sign-in tokens, at least 32 characters. Made by itself in embedded mode, required otherwise. */
  AUTH_SECRET: z.string().min(32).optional(),
  /**
   * Keys that passwords of data sources are encrypted with, 32 bytes in base64 each, separated by commas: the first one
   * encrypts, all of them decrypt. Made by itself in embedded mode; without one, none can be registered with a password.
   */
  ENCRYPTION_KEY: z
    .string()
    .transform((text) => text.split(',').map((key) => key.trim()))
    .pipe(z.array(z.string().refine(isEncryptionKey, 'must be 32 bytes in base64, keys separated by commas')))
    .optional(),
  /** `off` leaves out the sample data, template and schedule. Default `on`. */
  SAMPLE_DATA: z.enum(['on', 'off']).default('on'),
  /** Kafka's bootstrap servers, `host:port` separated by commas. Unset: consumers read the event store's own feed. */
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .pipe(z.array(z.string().regex(/^[^\s/:]+:\d{1,5}$/, 'must be host:port, separated by commas')).min(1))
    .optional(),
  /** What the names of topics and consumer groups begin with. Default `report-scheduler`. */
  KAFKA_PREFIX: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,99}$/)
    .default('report-scheduler'),
  /** Partitions of each topic when it is created; afterwards the count never changes. Default 6. */
  KAFKA_PARTITIONS: z.coerce.number().int().min(1).max(1000).default(6),
  /** Copies of each partition. Default: 3, or the number of brokers if they are fewer. */
  KAFKA_REPLICATION_FACTOR: z.coerce.number().int().min(1).max(15).optional(),
  /** `on` speaks TLS with the brokers. Default `off`. */
  KAFKA_TLS: z.enum(['on', 'off']).default('off'),
  /** File of the certificates (PEM) that the brokers' are checked against. Default: those that Node trusts. */
  KAFKA_TLS_CA_FILE: z.string().min(1).optional(),
  /** Files of a client certificate and its key (PEM), when the brokers ask for one. */
  KAFKA_TLS_CERT_FILE: z.string().min(1).optional(),
  KAFKA_TLS_KEY_FILE: z.string().min(1).optional(),
  /** How to sign in to the brokers; unset: not at all. */
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_SASL_USERNAME: z.string().min(1).optional(),
  KAFKA_SASL_PASSWORD: z.string().min(1).optional(),
  /** A Confluent-compatible schema registry. Unset: the schema ids of `schemas/ids.json`. */
  SCHEMA_REGISTRY_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** EventStoreDB or KurrentDB as the event store (`esdb://…`). Unset: PostgreSQL. */
  EVENTSTORE_URL: z
    .string()
    .regex(/^(esdb|kurrentdb)(\+discover)?:\/\/\S+$/, 'must be esdb://… or esdb+discover://…')
    .optional(),
  /** Connection strings of the reporting databases, as a JSON object: `{"sales":"postgres://…"}`. */
  DATA_SOURCES: z
    .string()
    .default('{}')
    .transform((text, context) => {
      try {
        return z.record(z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/), z.string().min(1)).parse(JSON.parse(text));
      } catch {
        context.addIssue({
          code: 'custom',
          message: 'must be a JSON object of names (a-z, 0-9, _ and -) to connection strings',
        });
        return z.NEVER;
      }
    }),
  /** Folder below which data sources of files lie. Unset: there are none. */
  FILE_SOURCES_DIR: z.string().min(1).optional(),
  /** Minutes that must lie between two times of a schedule, at least. Default 1. */
  SCHEDULE_MIN_INTERVAL_MINUTES: z.coerce.number().int().min(1).max(525_600).default(1),
  /** Schedules, not removed, that one person may have. Default 1,000. */
  SCHEDULES_PER_USER: z.coerce.number().int().min(1).max(1_000_000).default(1000),
  /** Who may use the priority `urgent`: `admins` or `everybody`. Default `admins`. */
  URGENT_PRIORITY_FOR: z.enum(['admins', 'everybody']).default('admins'),
  /** Exports that one process runs at a time. Default 2. */
  EXPORT_SLOTS: z.coerce.number().int().min(1).max(64).default(2),
  /** Jobs of one user, of one dataset and of one data source that run at a time, in all processes. Unset: see the settings' reference. */
  EXPORT_PER_USER: z.coerce.number().int().min(1).optional(),
  EXPORT_PER_DATASET: z.coerce.number().int().min(1).optional(),
  EXPORT_PER_DATA_SOURCE: z.coerce.number().int().min(1).optional(),
  /** Minutes of waiting that raise a job by one priority. Default 15. */
  PRIORITY_AGEING_MINUTES: z.coerce.number().min(0.1).max(10_080).default(15),
  /** Seconds without a heartbeat after which another worker takes over a job. Default 30. */
  EXPORT_LEASE_SECONDS: z.coerce.number().min(1).max(3600).default(30),
  /** Most rows of one report. Default 10,000,000. */
  EXPORT_MAX_ROWS: z.coerce.number().int().min(1).default(10_000_000),
  /** Most rows of one file. Unset: no limit. */
  EXPORT_MAX_ROWS_PER_FILE: z.coerce.number().int().min(1).optional(),
  /** Most bytes of one file. Unset: no limit. */
  EXPORT_MAX_BYTES_PER_FILE: z.coerce.number().int().min(1).optional(),
  /** Most files of one report, and most sheets of one file. Default 1,000. */
  EXPORT_MAX_FILES: z.coerce.number().int().min(1).max(10_000).default(1000),
  /** Seconds that an export may take. Default 3600. */
  EXPORT_TIMEOUT_SECONDS: z.coerce.number().min(1).default(3600),
  /** Minutes without progress after which an attempt is given up for another worker to take the job. Default 10. */
  EXPORT_STUCK_MINUTES: z.coerce.number().min(0.1).max(10_080).default(10),
  /** Minutes after which a waiting job is reported as stalled. Default 30. */
  EXPORT_STALLED_MINUTES: z.coerce.number().min(0.1).max(525_600).default(30),
  /** Minutes after which a running job is reported to run long, whatever is usual. Default 30. */
  EXPORT_LONG_MINUTES: z.coerce.number().min(0.1).max(525_600).default(30),
  /** How many times its usual duration a job may run before that. Default 3. */
  EXPORT_LONG_FACTOR: z.coerce.number().min(1).max(1000).default(3),
  /** Completed runs of a template without which nothing is usual, 1 to 50. Default 10. */
  EXPORT_LONG_RUNS: z.coerce.number().int().min(1).max(50).default(10),
  /** Attempts of a job before it counts as failed. Default 3. */
  EXPORT_MAX_ATTEMPTS: z.coerce.number().int().min(1).max(20).default(3),
  /** Attempts, of those, after which a job that met a limit counts as failed. Default 1: it is not tried again. */
  EXPORT_LIMIT_ATTEMPTS: z.coerce.number().int().min(1).max(20).default(1),
  /** Seconds to wait after the first failed attempt. Default 1. */
  EXPORT_RETRY_FIRST_SECONDS: z.coerce.number().min(0).max(86_400).default(1),
  /** By which each further wait is longer. Default 4. */
  EXPORT_RETRY_FACTOR: z.coerce.number().min(1).max(100).default(4),
  /** Seconds of the longest wait. Default 300. */
  EXPORT_RETRY_LONGEST_SECONDS: z.coerce.number().min(0).max(86_400).default(300),
  /** Part of each wait of which a random share is taken off, 0 to 1. Default 0.5. */
  EXPORT_RETRY_JITTER: z.coerce.number().min(0).max(1).default(0.5),
  /** Minutes from the start of the first attempt after which no other one begins. Unset: no end. */
  EXPORT_RETRY_DEADLINE_MINUTES: z.coerce.number().int().min(1).max(525_600).optional(),
  /** Attempts in a row that fail by the fault of one data source before it is left alone. Default 5. */
  CIRCUIT_FAILURES: z.coerce.number().int().min(1).max(1000).default(5),
  /** Seconds for which it is left alone at first, and at most: twice as long each time that it still does not answer. Defaults 30, 600. */
  CIRCUIT_PAUSE_SECONDS: z.coerce.number().min(1).max(86_400).default(30),
  CIRCUIT_LONGEST_PAUSE_SECONDS: z.coerce.number().min(1).max(86_400).default(600),
  /** Occurrences that an outage delayed of which so many are requested a minute, by all instances together. Default 600. */
  CATCH_UP_PER_MINUTE: z.coerce.number().int().min(1).max(60_000).default(600),
  /** Days that finished files are kept, unless their template says otherwise. Default 30. */
  OUTPUT_RETENTION_DAYS: z.coerce.number().min(0.001).max(3650).default(30),
  /** What links to this system begin with, as recipients reach it. Unset: `http://HOST:PORT`. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** The mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` (TLS). Unset: there are no mails. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, hostname: /./ }).optional(),
  /** Who mails are from: `Reports <reports@example.org>`. */
  SMTP_FROM: z
    .string()
    .regex(/^([^<>@\s]+@[^<>@\s]+|[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>)$/, 'must be an address, or a name and <an address>')
    .optional(),
  /** `off` speaks in clear with the mail server, which then gets no password. Default `on`. */
  SMTP_TLS: z.enum(['on', 'off']).default('on'),
  /** File of the certificates (PEM) that the mail server's is checked against. Default: those that Node trusts. */
  SMTP_CA_FILE: z.string().min(1).optional(),
  /** Messages that one person is sent in an hour at most; what is more is gathered in the last one. Default 20. */
  NOTIFICATIONS_PER_HOUR: z.coerce.number().int().min(1).max(1000).default(20),
  /** Most bytes of all attachments of a mail as they are sent; above it the mail has the link. Default 10,000,000. */
  MAIL_ATTACHMENT_LIMIT_BYTES: z.coerce.number().int().min(0).default(10_000_000),
  /** Domains that mails may go to, separated by commas: `example.org`, `*.example.org` for all below it. Unset: all. */
  ALLOWED_RECIPIENT_DOMAINS: list(
    z.string().refine(isDomainPattern, 'must be a domain, or *. and a domain; several are separated by commas'),
  ).optional(),
  /** Hosts of destinations that may have private addresses, separated by commas. Unset: none. */
  DELIVERY_PRIVATE_HOSTS: list(z.string().regex(/^[^\s/]+$/, 'must be host names, separated by commas')).optional(),
  /** Deliveries that one process makes at a time. Default 4. */
  DELIVERY_SLOTS: z.coerce.number().int().min(1).max(64).default(4),
  /** Seconds without a sign of life after which another process takes over a delivery. Default 30. */
  DELIVERY_LEASE_SECONDS: z.coerce.number().min(1).max(3600).default(30),
  /** Attempts of a delivery before it counts as failed. Default 8. */
  DELIVERY_MAX_ATTEMPTS: z.coerce.number().int().min(1).max(50).default(8),
  /** Hours after which no further attempt begins. Default 24. */
  DELIVERY_DEADLINE_HOURS: z.coerce.number().min(0.01).max(720).default(24),
  /** Deliveries that one person may request by hand, or retry, within an hour. Default 100. */
  DELIVERIES_PER_USER_HOUR: z.coerce.number().int().min(1).max(10_000).default(100),
  /** Most rows of a list that becomes a report each; a burst may set itself a lower limit. Default 1000. */
  BURST_MOST_ROWS: z.coerce.number().int().min(1).max(100_000).default(1000),
  /** `trace`, `debug`, `info`, `warn`, `error` or `silent`. Default `info`. */
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** `pretty` for people, `json` for machines. Default: pretty on a terminal. */
  LOG_FORMAT: z.enum(['pretty', 'json']).optional(),
});

function isEncryptionKey(text: string): boolean {
  const key = Buffer.from(text, 'base64');
  return key.length === 32 && key.toString('base64') === text;
}

export type Settings = z.output<typeof schema>;

/** The settings are unusable; the message has one line for each. */
export class SettingsError extends Error {
  readonly code = 'settings.invalid';
  constructor(problems: readonly string[]) {
    super(`These settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/** Reads the settings; empty variables count as unset. Throws `SettingsError` with all problems; never prints a value. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(given);
  const unusable = result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const problems = [...unusable, ...missingCounterparts(given)];
  if (result.success && problems.length === 0) return result.data;
  throw new SettingsError(problems);
}

/** Settings that say nothing without another one: a client that ignored them would be less safe than it was told to be. */
const COUNTERPARTS: readonly (readonly [keyof Settings, keyof Settings])[] = [
  ['SMTP_URL', 'SMTP_FROM'],
  ['SMTP_FROM', 'SMTP_URL'],
  ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME'],
  ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD'],
  ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_MECHANISM'],
  ['KAFKA_SASL_PASSWORD', 'KAFKA_SASL_MECHANISM'],
  ['KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'],
  ['KAFKA_TLS_KEY_FILE', 'KAFKA_TLS_CERT_FILE'],
];

function missingCounterparts(given: NodeJS.ProcessEnv): string[] {
  const files = ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'].filter((name) => name in given);
  return [
    ...COUNTERPARTS.filter(([one, other]) => one in given && !(other in given)).map(
      ([one, other]) => `${other}: is required with ${one}`,
    ),
    ...clearMail(given),
    ...(given.KAFKA_TLS === 'on' ? [] : files.map((name) => `KAFKA_TLS: must be on for ${name}`)),
  ];
}

/** TLS is left out only where nothing secret is said. */
function clearMail({ SMTP_TLS, SMTP_URL = '' }: Readonly<Record<string, string | undefined>>): string[] {
  if (SMTP_TLS !== 'off' || !URL.canParse(SMTP_URL)) return [];
  const { protocol, username } = new URL(SMTP_URL);
  return protocol === 'smtp:' && username === '' ? [] : ['SMTP_TLS: must be on with smtps:// and for a sign-in'];
}
