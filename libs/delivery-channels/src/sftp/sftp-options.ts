import { optionsInvalid } from '../delivery-error';

export interface SftpOptions {
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  readonly user: string;
  /** Either this or a private key, or both. */
  readonly password?: string;
  /** In OpenSSH's or PEM form. */
  readonly privateKey?: string;
  readonly passphrase?: string;
  /**
   * Fingerprints that the server's key may have, as `ssh-keygen -l` shows them: `SHA256:…`. Two while a key is changed. There is no way to take
   * any key.
   */
  readonly hostKeys: readonly string[];
  /** Where the files go, from the root or from where the sign-in leads. It must exist. Default: where the sign-in leads. */
  readonly folder?: string;
  /** Names below the folder, of which `{file}` is a part; their own folders are made. Default `{file}`. */
  readonly pattern?: string;
  readonly limits?: Partial<SftpLimits>;
}

/** In milliseconds. */
export interface SftpLimits {
  /** Until the sign-in is through. Default 20,000. */
  readonly connectMs: number;
  /** After which a silent server is asked whether it lives; it is given up after three such times. Default 10,000. */
  readonly silenceMs: number;
  /** For everything. Default 900,000. */
  readonly wholeMs: number;
}

export const SFTP_LIMITS: SftpLimits = { connectMs: 20_000, silenceMs: 10_000, wholeMs: 900_000 };

/** @throws DeliveryError `delivery.options_invalid` */
export function checkSftpOptions({ hostKeys, password, privateKey, folder = '' }: SftpOptions): void {
  if (hostKeys.length === 0 || hostKeys.some((key) => !/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(key))) {
    throw optionsInvalid('The host key must be pinned by its fingerprint, as ssh-keygen -l shows it: SHA256:….');
  }
  if (password === undefined && privateKey === undefined) {
    throw optionsInvalid('A password or a private key is needed to sign in.');
  }
  if (/\p{Cc}/u.test(folder)) throw optionsInvalid('The folder has a character that names cannot have.');
}
