import { optionsInvalid } from '../delivery-error';

export interface S3Options {
  readonly bucket: string;
  /** Folders that all names begin with: `reports/daily`. Default none. */
  readonly prefix?: string;
  /** Names below the prefix, of which `{file}` is a part. Default `{file}`. */
  readonly pattern?: string;
  readonly region: string;
  /** The URL of a compatible store. Default: Amazon's of the region. */
  readonly endpoint?: string;
  /** The bucket in the path instead of the host's name, as most compatible stores want it. Default false. */
  readonly pathStyle?: boolean;
  readonly credentials?: S3Credentials;
  /** Without credentials: take those of the machine (environment, profile, role). Default false, since they are the operator's. */
  readonly defaultCredentials?: boolean;
  readonly encryption?: { readonly type: 'AES256' } | { readonly type: 'aws:kms'; readonly keyId?: string };
  /** Have the store check CRC-32 sums, and compare them. Default true; false for stores that do not know them, where sizes are compared. */
  readonly checksums?: boolean;
  readonly limits?: Partial<S3Limits>;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** In milliseconds. */
export interface S3Limits {
  /** Until a connection stands. Default 10,000. */
  readonly connectMs: number;
  /** For each request. Default 120,000. */
  readonly requestMs: number;
  /** For everything. Default 3,600,000. */
  readonly wholeMs: number;
}

export const S3_LIMITS: S3Limits = { connectMs: 10_000, requestMs: 120_000, wholeMs: 3_600_000 };

/** @throws DeliveryError `delivery.options_invalid` */
export function checkS3Options({ bucket, prefix = '', endpoint, credentials, defaultCredentials }: S3Options): void {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw optionsInvalid('That is no name of a bucket.');
  const folders = prefix === '' ? [] : prefix.split('/');
  if (folders.some((name) => name === '' || name === '.' || name === '..' || /\p{Cc}/u.test(name))) {
    throw optionsInvalid('The prefix has an empty part, "." or "..", or begins or ends with a slash.');
  }
  if (endpoint !== undefined && !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : '')) {
    throw optionsInvalid('The endpoint is no URL that begins with https:// or http://.');
  }
  if (endpoint !== undefined && new URL(endpoint).username + new URL(endpoint).password !== '') {
    throw optionsInvalid('The endpoint must not hold a name and password.');
  }
  if (credentials === undefined && defaultCredentials !== true) {
    throw optionsInvalid('Credentials are needed, or the permission to take those of the machine.');
  }
}
