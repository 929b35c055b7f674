import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, SettingsError, type Settings } from './settings';

/** Complete by its type: a new setting does not compile until it stands here, and then has to stand on the page. */
const ALL: Readonly<Record<keyof Settings, true>> = {
  PORT: true,
  HOST: true,
  DATABASE_URL: true,
  DATABASE_POOL_MAX: true,
  DATA_DIR: true,
  AUTH_SECRET: true,
  ENCRYPTION_KEY: true,
  SAMPLE_DATA: true,
  KAFKA_BROKERS: true,
  KAFKA_PREFIX: true,
  KAFKA_PARTITIONS: true,
  KAFKA_REPLICATION_FACTOR: true,
  KAFKA_TLS: true,
  KAFKA_TLS_CA_FILE: true,
  KAFKA_TLS_CERT_FILE: true,
  KAFKA_TLS_KEY_FILE: true,
  KAFKA_SASL_MECHANISM: true,
  KAFKA_SASL_USERNAME: true,
  KAFKA_SASL_PASSWORD: true,
  SCHEMA_REGISTRY_URL: true,
  EVENTSTORE_URL: true,
  DATA_SOURCES: true,
  FILE_SOURCES_DIR: true,
  SCHEDULE_MIN_INTERVAL_MINUTES: true,
  SCHEDULES_PER_USER: true,
  URGENT_PRIORITY_FOR: true,
  EXPORT_SLOTS: true,
  EXPORT_PER_USER: true,
  EXPORT_PER_DATASET: true,
  EXPORT_PER_DATA_SOURCE: true,
  PRIORITY_AGEING_MINUTES: true,
  EXPORT_LEASE_SECONDS: true,
  EXPORT_MAX_ROWS: true,
  EXPORT_MAX_ROWS_PER_FILE: true,
  EXPORT_MAX_BYTES_PER_FILE: true,
  EXPORT_MAX_FILES: true,
  EXPORT_TIMEOUT_SECONDS: true,
  EXPORT_MAX_ATTEMPTS: true,
  EXPORT_STUCK_MINUTES: true,
  EXPORT_STALLED_MINUTES: true,
  EXPORT_LONG_MINUTES: true,
  EXPORT_LONG_FACTOR: true,
  EXPORT_LONG_RUNS: true,
  EXPORT_LIMIT_ATTEMPTS: true,
  EXPORT_RETRY_FIRST_SECONDS: true,
  EXPORT_RETRY_FACTOR: true,
  EXPORT_RETRY_LONGEST_SECONDS: true,
  EXPORT_RETRY_JITTER: true,
  EXPORT_RETRY_DEADLINE_MINUTES: true,
  CIRCUIT_FAILURES: true,
  CIRCUIT_PAUSE_SECONDS: true,
  CIRCUIT_LONGEST_PAUSE_SECONDS: true,
  CATCH_UP_PER_MINUTE: true,
  OUTPUT_RETENTION_DAYS: true,
  SMTP_URL: true,
  SMTP_FROM: true,
  SMTP_TLS: true,
  SMTP_CA_FILE: true,
  PUBLIC_URL: true,
  NOTIFICATIONS_PER_HOUR: true,
  MAIL_ATTACHMENT_LIMIT_BYTES: true,
  ALLOWED_RECIPIENT_DOMAINS: true,
  DELIVERY_PRIVATE_HOSTS: true,
  DELIVERY_SLOTS: true,
  DELIVERY_LEASE_SECONDS: true,
  DELIVERY_MAX_ATTEMPTS: true,
  DELIVERY_DEADLINE_HOURS: true,
  DELIVERIES_PER_USER_HOUR: true,
  BURST_MOST_ROWS: true,
  LOG_LEVEL: true,
  LOG_FORMAT: true,
};

/** What is wrong with an environment, a line each; fails when nothing is. */
function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n').slice(1);
    throw error;
  }
  throw new Error('the settings were accepted');
}

describe('the settings', () => {
  it('need nothing', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', SAMPLE_DATA: 'on', DATA_SOURCES: {} });
    expect(settings.DATABASE_URL).toBeUndefined();
  });

  it('are numbers where they count something', () => {
    expect(readSettings({ PORT: '0', EXPORT_SLOTS: '8', OUTPUT_RETENTION_DAYS: '0.5' })).toMatchObject({
      PORT: 0,
      EXPORT_SLOTS: 8,
      OUTPUT_RETENTION_DAYS: 0.5,
    });
  });

  it('take an empty variable for an unset one, and leave other variables alone', () => {
    expect(readSettings({ PORT: '', LOG_FORMAT: '', HOME: '/home/ann' })).toEqual(readSettings({}));
  });

  it('hold the data sources by name', () => {
    const DATA_SOURCES = '{"sales":"postgres://reader@db/sales","hr-2":"postgres://reader@db/hr"}';
    expect(readSettings({ DATA_SOURCES }).DATA_SOURCES).toEqual({
      sales: 'postgres://reader@db/sales',
      'hr-2': 'postgres://reader@db/hr',
    });
  });

  it.each([
    ['no JSON', 'postgres://reader@db/sales'],
    ['a list', '["postgres://reader@db/sales"]'],
    ['a name with capitals', '{"Sales":"postgres://reader@db/sales"}'],
    ['a name that begins with a digit', '{"1st":"postgres://reader@db/sales"}'],
    ['an empty address', '{"sales":""}'],
  ])('refuse %s as data sources', (_what, DATA_SOURCES) => {
    expect(problemsOf({ DATA_SOURCES })).toEqual([expect.stringMatching(/^ {2}DATA_SOURCES: must be a JSON object/)]);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'mysql://db/reports'],
    ['DATABASE_POOL_MAX', '3'],
    ['AUTH_SECRET', 'x'.repeat(31)],
    ['SAMPLE_DATA', 'no'],
    ['SCHEDULE_MIN_INTERVAL_MINUTES', '0'],
    ['SCHEDULES_PER_USER', '0'],
    ['URGENT_PRIORITY_FOR', 'nobody'],
    ['EXPORT_SLOTS', '0'],
    ['EXPORT_LEASE_SECONDS', '0.5'],
    ['EXPORT_MAX_ATTEMPTS', '2.5'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
  ])('refuse %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^ {2}${name}: .`))]);
  });

  it('hold several encryption keys of 32 bytes each', () => {
    const keys = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
    expect(readSettings({ ENCRYPTION_KEY: keys.join(' , ') }).ENCRYPTION_KEY).toEqual(keys);
  });

  it.each(['short', Buffer.alloc(31).toString('base64'), `${Buffer.alloc(32).toString('base64')},`, 'é'.repeat(44)])(
    'refuse an encryption key that is none, and do not print it: %s',
    (ENCRYPTION_KEY) => {
      const problems = problemsOf({ ENCRYPTION_KEY });
      expect(problems).toEqual([expect.stringMatching(/^ {2}ENCRYPTION_KEY\.\d: must be 32 bytes in base64/)]);
      expect(problems.join()).not.toContain(ENCRYPTION_KEY);
    },
  );

  it('hold the domains that mails may go to', () => {
    const domains = ['example.org', '*.example.com', 'bücher.example'];
    expect(readSettings({ ALLOWED_RECIPIENT_DOMAINS: domains.join(', ') }).ALLOWED_RECIPIENT_DOMAINS).toEqual(domains);
  });

  it.each(['my_domain.org', 'example.org,', '*', '*.', 'ann@example.org', '127.0.0.1'])(
    'refuse domains of which one is none: %s',
    (ALLOWED_RECIPIENT_DOMAINS) => {
      expect(problemsOf({ ALLOWED_RECIPIENT_DOMAINS })).toEqual([
        expect.stringMatching(/^ {2}ALLOWED_RECIPIENT_DOMAINS\.\d: must be a domain/),
      ]);
    },
  );

  it.each([
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'ann' }, 'KAFKA_SASL_PASSWORD: is required with'],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'hunter2' }, 'KAFKA_SASL_USERNAME: is required with'],
    [{ KAFKA_TLS: 'on', KAFKA_TLS_CERT_FILE: 'cert.pem' }, 'KAFKA_TLS_KEY_FILE: is required with KAFKA_TLS_CERT_FILE'],
    [{ KAFKA_TLS: 'on', KAFKA_TLS_KEY_FILE: 'key.pem' }, 'KAFKA_TLS_CERT_FILE: is required with KAFKA_TLS_KEY_FILE'],
    [{ KAFKA_TLS_CA_FILE: 'ca.pem' }, 'KAFKA_TLS: must be on for KAFKA_TLS_CA_FILE'],
  ])('that need another one say so: %j', (env, problem) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining(problem)]);
  });

  it('for a sign-in without a mechanism are refused, each by name', () => {
    expect(problemsOf({ KAFKA_SASL_USERNAME: 'ann', KAFKA_SASL_PASSWORD: 'hunter2', PORT: 'http' })).toEqual([
      expect.stringContaining('PORT: '),
      '  KAFKA_SASL_MECHANISM: is required with KAFKA_SASL_USERNAME',
      '  KAFKA_SASL_MECHANISM: is required with KAFKA_SASL_PASSWORD',
    ]);
  });

  it('for a sign-in and a client certificate are complete together', () => {
    const env = {
      ...{ KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'ann', KAFKA_SASL_PASSWORD: 'hunter2' },
      ...{ KAFKA_TLS: 'on', KAFKA_TLS_CA_FILE: 'ca', KAFKA_TLS_CERT_FILE: 'cert', KAFKA_TLS_KEY_FILE: 'key' },
    };
    expect(readSettings(env)).toMatchObject(env);
  });

  it.each([
    'smtps://reports:hunter2@mail.example.org:465',
    'smtp://reports:hunter2@mail.example.org:587',
    'smtp://localhost:25',
  ])('name a mail server: %s', (SMTP_URL) => {
    const mail = { SMTP_URL, SMTP_FROM: 'Reports <reports@example.org>' };
    expect(readSettings(mail)).toMatchObject(mail);
  });

  it.each([
    [{ SMTP_URL: 'https://mail.example.org' }, 'SMTP_URL: '],
    [{ SMTP_URL: 'smtps://mail.example.org', SMTP_TLS: 'off' }, 'SMTP_TLS: '],
    // Never in clear.
    [{ SMTP_URL: 'smtp://reports:hunter2@mail.example.org', SMTP_TLS: 'off' }, 'SMTP_TLS: '],
  ])('refuse %j as a mail server', (mail, named) => {
    const problems = problemsOf({ ...mail, SMTP_FROM: 'reports@example.org' });
    expect(problems).toEqual([expect.stringContaining(named)]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it.each(['Reports', 'a@b, c@d', 'Reports <reports>', 'a@b\r\nBcc: c@d', 'A\r\nBcc: <c@d>'])(
    'refuse %j as the sender of mails',
    (SMTP_FROM) => {
      expect(problemsOf({ SMTP_URL: 'smtp://localhost', SMTP_FROM })).toEqual([expect.stringContaining('SMTP_FROM: ')]);
    },
  );

  it('want a sender with a mail server, and the other way round', () => {
    expect(problemsOf({ SMTP_URL: 'smtp://localhost' })).toEqual(['  SMTP_FROM: is required with SMTP_URL']);
    expect(problemsOf({ SMTP_FROM: 'a@example.org' })).toEqual(['  SMTP_URL: is required with SMTP_FROM']);
  });

  it('take the address for links without its last slash', () =>
    expect(readSettings({ PUBLIC_URL: 'https://reports.example.org/' }).PUBLIC_URL).toBe(
      'https://reports.example.org',
    ));

  it('tell everything that is wrong at once, and no value', () => {
    const problems = problemsOf({ PORT: '-1', AUTH_SECRET: 'hunter2', DATABASE_URL: 'mysql://ann:hunter2@db/reports' });
    expect(problems).toHaveLength(3);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});

describe('docs/reference/settings.md', () => {
  const page = readFileSync(join(__dirname, '../../../docs/reference/settings.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` *\| *(?:`([^`]*)`|unset) *\|/gm)];

  it('has each setting in one row, and no other', () => {
    expect(rows.map(([, name]) => name).sort()).toEqual(Object.keys(ALL).sort());
  });

  it('has the defaults of the source', () => {
    const defaults: Readonly<Record<string, unknown>> = readSettings({});
    // Of what is unset there is no text, as in a row that says so.
    const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    const ofSource = Object.fromEntries(Object.keys(ALL).map((name) => [name, textOf(defaults[name])]));
    expect(Object.fromEntries(rows.map(([, name, value]) => [name, value]))).toEqual(ofSource);
  });
});
