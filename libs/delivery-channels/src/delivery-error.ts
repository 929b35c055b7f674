/** Each is explained in docs/reference/delivery-channels.md. */
export type DeliveryErrorCode =
  | 'delivery.options_invalid'
  | 'delivery.cancelled'
  | 'delivery.unreachable'
  | 'delivery.timeout'
  | 'delivery.unconfirmed'
  | 'delivery.busy'
  | 'delivery.storage_failed'
  | 'delivery.corrupted'
  | 'delivery.unexpected_answer'
  | 'delivery.tls_failed'
  | 'delivery.host_key_changed'
  | 'delivery.address_forbidden'
  | 'delivery.sign_in_refused'
  | 'delivery.permission_denied'
  | 'delivery.destination_missing'
  | 'delivery.recipient_forbidden'
  | 'delivery.recipients_refused'
  | 'delivery.refused'
  | 'delivery.too_large'
  | 'delivery.name_invalid'
  | 'delivery.file_unreadable'
  | 'delivery.file_changed';

/**
 * Why a parcel did not arrive, or why nobody knows whether it did. The message is a sentence for the report's owner and holds no secret.
 * There is no `cause`: errors of the protocols' libraries carry passwords and whole answers.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';

  /** @param transient whether the same parcel may well arrive later without anybody changing anything */
  constructor(
    readonly code: DeliveryErrorCode,
    message: string,
    readonly transient: boolean,
    /** Seconds that the other side asked to wait; null when it did not. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

export const optionsInvalid = (message: string): DeliveryError =>
  new DeliveryError('delivery.options_invalid', message, false);

export const cancelled = (): DeliveryError =>
  new DeliveryError('delivery.cancelled', 'The delivery was cancelled.', true);

const NETWORK_ERRORS = /^(E[A-Z0-9_]+|ERR_SOCKET_[A-Z_]+|ERR_STREAM_PREMATURE_CLOSE)$/;
const CERTIFICATE_ERRORS =
  /^(ERR_TLS_[A-Z_]+|DEPTH_ZERO_[A-Z_]+|CERT_[A-Z_]+|[A-Z_]*SELF_SIGNED[A-Z_]*|UNABLE_TO_[A-Z_]+|HOSTNAME_MISMATCH)$/;
const TIMEOUTS = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT']);

/** What an error of the network means, by Node's codes; null when it is none. `host` is named in the sentence. */
export function networkError(error: unknown, host: string): DeliveryError | null {
  const code = codeOf(error);
  if (code === undefined) return null;
  if (CERTIFICATE_ERRORS.test(code)) {
    const message = `The certificate of ${host} cannot be trusted (${code}): renew it, or name the authority that signed it.`;
    return new DeliveryError('delivery.tls_failed', message, false);
  }
  if (TIMEOUTS.has(code)) return timedOut(host);
  if (!NETWORK_ERRORS.test(code)) return null;
  return new DeliveryError('delivery.unreachable', `${host} cannot be reached (${code}).`, true);
}

export const timedOut = (host: string): DeliveryError =>
  new DeliveryError('delivery.timeout', `${host} did not answer in time.`, true);

/** The code of an error, or of the first error that it gathers (Node tries several addresses of a host). */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}
