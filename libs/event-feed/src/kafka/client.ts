import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Kafka, type SASLOptions } from 'kafkajs';
import { SettingsError, type Logger, type Settings } from '#platform';
import { clientLog } from './client-log';
import { decodeRecordsLean } from './lean-decoding';
import { encodeRecordsLean } from './lean-encoding';
import { quietRequests } from './quiet-requests';

/** What a client needs to know of the settings. `KAFKA_BROKERS` must be set. */
export type KafkaSettings = Pick<
  Settings,
  | 'KAFKA_BROKERS'
  | 'KAFKA_TLS'
  | 'KAFKA_TLS_CA_FILE'
  | 'KAFKA_TLS_CERT_FILE'
  | 'KAFKA_TLS_KEY_FILE'
  | 'KAFKA_SASL_MECHANISM'
  | 'KAFKA_SASL_USERNAME'
  | 'KAFKA_SASL_PASSWORD'
>;

export interface ClientOptions {
  /**
   * How often a failed step is tried again, 0.2 seconds later at first and twice as long each time up to 10. Default 8, half a
   * minute in all: long enough for a new leader after a broker's death, short enough to be told of an outage.
   */
  readonly retries?: number;
}

/**
 * A client of the brokers in the settings; it connects when its producers, consumers and admins do.
 *
 * @param clientId how the brokers' own logs and metrics name it, such as `report-scheduler-relay`
 * @throws SettingsError when `KAFKA_BROKERS` is unset or a certificate's file cannot be read
 */
export function createKafka(
  settings: KafkaSettings,
  logger: Logger,
  clientId: string,
  { retries = 8 }: ClientOptions = {},
): Kafka {
  if (settings.KAFKA_BROKERS === undefined) throw new SettingsError(['KAFKA_BROKERS: is required for Kafka']);
  quietRequests();
  encodeRecordsLean();
  decodeRecordsLean();
  const sasl = signIn(settings);
  return new Kafka({
    clientId,
    brokers: [...settings.KAFKA_BROKERS],
    ssl: settings.KAFKA_TLS === 'on' && encryption(settings),
    ...(sasl && { sasl }),
    // Milliseconds. A broker far away or busy starting takes more than kafkajs's one second.
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 200, factor: 0.2, multiplier: 2, maxRetryTime: 10_000, retries },
    ...clientLog(logger),
  });
}

function encryption(settings: KafkaSettings): ConnectionOptions {
  const ca = certificateFile('KAFKA_TLS_CA_FILE', settings);
  const cert = certificateFile('KAFKA_TLS_CERT_FILE', settings);
  const key = certificateFile('KAFKA_TLS_KEY_FILE', settings);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function certificateFile(
  name: 'KAFKA_TLS_CA_FILE' | 'KAFKA_TLS_CERT_FILE' | 'KAFKA_TLS_KEY_FILE',
  settings: KafkaSettings,
): Buffer | undefined {
  const path = settings[name];
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError([`${name}: the file ${path} cannot be read (${code ?? String(error)})`]);
  }
}

/** Undefined: the brokers let everybody in. `readSettings` sees to it that a mechanism has both a name and a password. */
function signIn(settings: KafkaSettings): SASLOptions | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = settings;
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  // One case each, because kafkajs's type has no union of mechanisms.
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}
