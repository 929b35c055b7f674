import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createLogger, readSettings, type Logger, type Settings } from '#platform';
import { closeParts, openParts, type Parts, type RuntimeSettings } from '#runtime';
import type { BenchContext } from './bench';

export interface ProductOptions {
  /** Connection URL of the product's database, migrated. */
  readonly url: string;
  /** The run's own folder; files go below it. */
  readonly folder: string;
  /** Connection URLs by name. */
  readonly dataSources?: Readonly<Record<string, string>>;
  /** Brokers and the beginning of the topics' names; absent: the consumers read the store. */
  readonly kafka?: { readonly brokers: readonly string[]; readonly prefix: string };
}

/** The product's defaults, whatever the caller's environment says, on the bench's own database and folder. */
export function benchSettings({ url, folder, dataSources = {}, kafka }: ProductOptions): Settings & RuntimeSettings {
  const own = {
    DATABASE_URL: url,
    DATA_DIR: join(folder, 'data'),
    AUTH_SECRET: randomBytes(32).toString('base64url'),
  };
  const settings = readSettings({
    ...own,
    PORT: '0',
    SAMPLE_DATA: 'off',
    DATA_SOURCES: JSON.stringify(dataSources),
    ...(kafka && { KAFKA_BROKERS: kafka.brokers.join(','), KAFKA_PREFIX: kafka.prefix }),
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'pretty',
  });
  return { ...settings, ...own };
}

/** Only what goes wrong is logged, to standard error: standard output belongs to the figures. */
export function benchLogger({ log }: BenchContext): Logger {
  return createLogger({ level: 'warn', format: 'pretty', destination: { write: (line) => log(line.trimEnd()) } });
}

interface OpenedParts {
  readonly parts: Parts;
  close(): Promise<void>;
}

/** What every app is given; closed by the caller, or else by the clean-up. */
export async function openBenchParts(options: ProductOptions, context: BenchContext): Promise<OpenedParts> {
  const parts = await openParts(benchSettings(options), benchLogger(context));
  const forget = context.cleanup.add('the parts of the product', () => closeParts(parts));
  return {
    parts,
    close: () => {
      forget();
      return closeParts(parts);
    },
  };
}
