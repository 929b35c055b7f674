import type { Logger } from '#platform';
import { createKafka, type KafkaSettings } from './client';

export type KafkaUnavailableCode = 'kafka.unreachable' | 'kafka.authentication-failed' | 'kafka.tls-failed';

/** The brokers cannot be used with these settings; the message is one sentence that names the settings to look at. */
export class KafkaUnavailable extends Error {
  constructor(
    readonly code: KafkaUnavailableCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'KafkaUnavailable';
  }
}

export interface CheckBrokersOptions {
  /** How often each step is tried, 0.2 seconds apart at first and twice as long each time. Default 4. */
  readonly attempts?: number;
}

/**
 * Connects to the brokers, signs in and asks for something, so that a start fails at once and with a reason.
 *
 * @throws KafkaUnavailable
 * @throws SettingsError when the settings name files that cannot be read
 */
export async function checkBrokers(
  settings: KafkaSettings,
  logger: Logger,
  { attempts = 4 }: CheckBrokersOptions = {},
): Promise<void> {
  const admin = createKafka(settings, logger, 'report-scheduler-check', { retries: attempts - 1 }).admin();
  let connected = false;
  try {
    await admin.connect();
    connected = true;
    await admin.describeCluster();
  } catch (error) {
    throw explainUnavailable(error, settings, connected);
  } finally {
    await admin.disconnect();
  }
}

/**
 * Says in one sentence what an error of kafkajs means for the settings.
 *
 * @param connected whether the first exchange with the brokers, which needs no sign-in, had succeeded
 */
export function explainUnavailable(error: unknown, settings: KafkaSettings, connected: boolean): KafkaUnavailable {
  const { name, type, code, message } = facts(error);
  const brokers = settings.KAFKA_BROKERS?.join(', ') ?? '';
  const fail = (kind: KafkaUnavailableCode, sentence: string) => new KafkaUnavailable(kind, sentence, { cause: error });

  if (name === 'KafkaJSSASLAuthenticationError' && type === undefined) {
    return fail(
      'kafka.authentication-failed',
      `Kafka (${brokers}) refused the sign-in: check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM.`,
    );
  }
  if (type === 'ILLEGAL_SASL_STATE' || type === 'UNSUPPORTED_SASL_MECHANISM' || /SASL .* mechanism/.test(message)) {
    return fail(
      'kafka.authentication-failed',
      `Kafka (${brokers}) takes no sign-in by ${settings.KAFKA_SASL_MECHANISM ?? 'no mechanism'} here: check KAFKA_SASL_MECHANISM, and the port in KAFKA_BROKERS.`,
    );
  }
  if (isTls(code, message)) {
    return fail(
      'kafka.tls-failed',
      `TLS with Kafka (${brokers}) failed (${message}): check KAFKA_TLS_CA_FILE, KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE, and that KAFKA_BROKERS names ports that speak TLS.`,
    );
  }
  if (name === 'KafkaJSConnectionClosedError' && !connected && settings.KAFKA_TLS === 'off') {
    return fail('kafka.tls-failed', `Kafka (${brokers}) hung up, as ports do that speak TLS only: try KAFKA_TLS=on.`);
  }
  if (name === 'KafkaJSConnectionClosedError' && connected && settings.KAFKA_SASL_MECHANISM === undefined) {
    return fail(
      'kafka.authentication-failed',
      `Kafka (${brokers}) hung up, as it does on clients that do not sign in: set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.`,
    );
  }
  return fail('kafka.unreachable', `Kafka cannot be reached at ${brokers} (${message}): check KAFKA_BROKERS.`);
}

interface Facts {
  readonly name: string;
  readonly type: string | undefined;
  readonly code: string | undefined;
  readonly message: string;
}

/** Of the error that is at the bottom: kafkajs wraps what it gave up on. */
function facts(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: '', type: undefined, code: undefined, message: String(error) };
  if (error.cause instanceof Error) return facts(error.cause);
  const { type, code } = error as { type?: unknown; code?: unknown };
  return {
    name: error.name,
    type: typeof type === 'string' ? type : undefined,
    code: typeof code === 'string' ? code : undefined,
    message: error.message.replace(/^Connection error: /, ''),
  };
}

/** Node's and OpenSSL's codes for certificates and handshakes; a port without TLS ends the handshake without one. */
function isTls(code: string | undefined, message: string): boolean {
  return (
    /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|CRL_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_|EPROTO)/.test(code ?? '') ||
    /secure TLS connection|PEM routines/.test(message)
  );
}
