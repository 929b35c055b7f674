import { z } from 'zod';

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
  /** `off` leaves out the sample data, template and schedule. Default `on`. */
  SAMPLE_DATA: z.enum(['on', 'off']).default('on'),
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
  /** Exports that one process runs at a time. Default 2. */
  EXPORT_SLOTS: z.coerce.number().int().min(1).max(64).default(2),
  /** Seconds without a heartbeat after which another worker takes over a job. Default 30. */
  EXPORT_LEASE_SECONDS: z.coerce.number().min(1).max(3600).default(30),
  /** Most rows of one report. Default 10,000,000. */
  EXPORT_MAX_ROWS: z.coerce.number().int().min(1).default(10_000_000),
  /** Seconds that a report's query may take. Default 3600. */
  EXPORT_TIMEOUT_SECONDS: z.coerce.number().min(1).default(3600),
  /** Attempts of a job before it counts as failed. Default 3. */
  EXPORT_MAX_ATTEMPTS: z.coerce.number().int().min(1).max(20).default(3),
  /** Days that finished files are kept, unless their template says otherwise. Default 30. */
  OUTPUT_RETENTION_DAYS: z.coerce.number().min(0.001).max(3650).default(30),
  /** `trace`, `debug`, `info`, `warn`, `error` or `silent`. Default `info`. */
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** `pretty` for people, `json` for machines. Default: pretty on a terminal. */
  LOG_FORMAT: z.enum(['pretty', 'json']).optional(),
});

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
  if (result.success) return result.data;
  throw new SettingsError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}
