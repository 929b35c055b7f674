import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Structured log lines: `logger.info({ jobId, rows }, 'job completed')`. Secrets never go in, by rule and by redaction. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly level: string;
  /** `pretty`: one line for people; `json`: one object a line. Default: pretty when standard output is a terminal. */
  readonly format?: 'pretty' | 'json' | undefined;
  /** Where lines go; default standard output. */
  readonly destination?: DestinationStream;
}

const SECRETS = [
  'password',
  'token',
  'authorization',
  'secret',
  '*.password',
  '*.token',
  '*.authorization',
  '*.secret',
];

export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? { write: (line: string) => void process.stdout.write(line) };
  const format = options.format ?? (process.stdout.isTTY ? 'pretty' : 'json');
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRETS, censor: '[hidden]' },
    },
    format === 'json' ? destination : { write: (line: string) => destination.write(prettyLine(line)) },
  );
}

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

interface PrettyFields {
  readonly level: number;
  readonly time: string;
  readonly app?: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly [field: string]: unknown;
}

/** `07:30:00.123 info  [exporter] job completed  rows=120 bytes=4096`. */
function prettyLine(line: string): string {
  const { level, time, app, msg, err, ...fields } = JSON.parse(line) as PrettyFields;
  const details = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const head = `${time.slice(11, 23)} ${(LEVELS[level] ?? 'info').padEnd(5)} ${app ? `[${app}] ` : ''}${msg ?? ''}`;
  return `${[head, ...details].join('  ')}${err ? `\n    ${err.stack ?? err.message ?? ''}` : ''}\n`;
}
