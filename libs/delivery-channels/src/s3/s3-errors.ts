import { codeOf, DeliveryError, networkError, timedOut, type DeliveryErrorCode } from '../delivery-error';
import { quoted } from '../foreign-text';

interface Meaning {
  readonly code: DeliveryErrorCode;
  readonly sentence: string;
  readonly transient: boolean;
}

const SIGN_IN: Meaning = {
  code: 'delivery.sign_in_refused',
  sentence: 'does not accept the access key of its settings',
  transient: false,
};
const BUSY: Meaning = { code: 'delivery.busy', sentence: 'cannot take the files now', transient: true };
const CORRUPTED: Meaning = {
  code: 'delivery.corrupted',
  sentence: 'did not get the bytes that were sent',
  transient: true,
};
const FULL: Meaning = { code: 'delivery.storage_failed', sentence: 'has no room for the files', transient: true };
const ELSEWHERE: Meaning = {
  code: 'delivery.refused',
  sentence: 'says that the bucket is elsewhere: set its region and endpoint',
  transient: false,
};
const DENIED: Meaning = {
  code: 'delivery.permission_denied',
  sentence: 'does not let the access key write into the bucket',
  transient: false,
};

/** By S3's error codes. @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const BY_NAME: Readonly<Record<string, Meaning>> = {
  InvalidAccessKeyId: SIGN_IN,
  SignatureDoesNotMatch: SIGN_IN,
  ExpiredToken: SIGN_IN,
  InvalidToken: SIGN_IN,
  RequestTimeTooSkewed: SIGN_IN,
  CredentialsProviderError: SIGN_IN,
  AccessDenied: DENIED,
  NoSuchBucket: { code: 'delivery.destination_missing', sentence: 'has no such bucket', transient: false },
  PermanentRedirect: ELSEWHERE,
  TemporaryRedirect: ELSEWHERE,
  AuthorizationHeaderMalformed: ELSEWHERE,
  EntityTooLarge: { code: 'delivery.too_large', sentence: 'takes no files of this size', transient: false },
  BadDigest: CORRUPTED,
  InvalidDigest: CORRUPTED,
  XAmzContentSHA256Mismatch: CORRUPTED,
  XAmzContentChecksumMismatch: CORRUPTED,
  QuotaExceeded: FULL,
  XMinioStorageFull: FULL,
  // A repeat of a request whose first answer was lost.
  NoSuchUpload: BUSY,
};

/** What an error of the SDK means, by S3's codes, else by the status. */
export function s3Error(error: unknown, host: string, secrets: readonly string[]): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { name, message, status } = partsOf(error);
  const network = networkError({ code: codeOf(error) ?? wrappedCode(message) }, host);
  if (network) return network;
  if (name === 'TimeoutError') return timedOut(host);
  const meaning = BY_NAME[name] ?? byStatus(status);
  const said = quoted(name === message ? name : `${name} ${message}`, secrets);
  return new DeliveryError(meaning.code, `${host} ${meaning.sentence}${said}.`, meaning.transient);
}

function byStatus(status: number): Meaning {
  if (status === 507) return FULL;
  if (status === 429 || status >= 500) return BUSY;
  if (status === 301 || status === 307) return ELSEWHERE;
  if (status === 401) return SIGN_IN;
  if (status === 403) return DENIED;
  if (status === 404)
    return { code: 'delivery.destination_missing', sentence: 'does not know the bucket', transient: false };
  return { code: 'delivery.refused', sentence: 'refused the files', transient: false };
}

/** The SDK wraps what it does not take for an error, and then the code is left in the message alone. */
const wrappedCode = (message: string): string | undefined =>
  /^AWS SDK error wrapper for .*\b(E[A-Z]{4,})\b/.exec(message)?.[1];

function partsOf(error: unknown): { name: string; message: string; status: number } {
  if (!(error instanceof Error)) return { name: 'unknown', message: '', status: 0 };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, status: $metadata?.httpStatusCode ?? 0 };
}
