import { codeOf, DeliveryError, networkError, optionsInvalid, timedOut } from '../delivery-error';

/** Status codes of SFTP version 3. @see https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02#section-7 */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;

export interface SftpContext {
  readonly host: string;
  /** The fingerprint of a key that is not among the pinned ones; null while there was none. */
  readonly strangeKey: string | null;
  /** All files are there and get their names. */
  readonly naming: boolean;
}

/** What an error of ssh2 means, by its level and its codes; what it says is not quoted. */
export function sftpError(error: unknown, { host, strangeKey, naming }: SftpContext): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (strangeKey !== null) {
    return new DeliveryError(
      'delivery.host_key_changed',
      `${host} shows another host key than the pinned one: ${strangeKey}. Nothing was sent. Pin it only if its administrator confirms it.`,
      false,
    );
  }
  const failure = failures(host).find(({ status }) => status === statusOf(error));
  if (failure) return new DeliveryError(failure.code, failure.message, failure.transient);
  switch (levelOf(error)) {
    case 'client-authentication':
      return new DeliveryError(
        'delivery.sign_in_refused',
        `${host} does not accept the user with its password or key.`,
        false,
      );
    case 'client-timeout':
      return timedOut(host);
    case 'handshake':
    case 'protocol':
      return new DeliveryError('delivery.refused', `${host} and this program agree on no way to speak SSH.`, false);
  }
  if (naming) {
    const message = `The connection to ${host} broke while the files got their names: they may be there or not.`;
    return new DeliveryError('delivery.unconfirmed', message, true);
  }
  return networkError({ code: codeOf(error) }, host) ?? brokeOff(host);
}

const failures = (host: string) =>
  [
    {
      status: NO_SUCH_FILE,
      code: 'delivery.destination_missing',
      message: `The folder does not exist on ${host}.`,
      transient: false,
    },
    {
      status: PERMISSION_DENIED,
      code: 'delivery.permission_denied',
      message: `${host} does not let the user write into the folder.`,
      transient: false,
    },
    {
      status: FAILURE,
      code: 'delivery.storage_failed',
      message: `${host} could not store the files: it may be full.`,
      transient: true,
    },
  ] as const;

export const keyUnreadable = (): DeliveryError =>
  optionsInvalid('The private key cannot be read: it is no key in OpenSSH or PEM form, or its passphrase is wrong.');

const brokeOff = (host: string): DeliveryError =>
  new DeliveryError('delivery.unreachable', `The connection to ${host} broke.`, true);

const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;

const levelOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'level' in error ? error.level : undefined;
