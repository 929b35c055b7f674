import { createRequire } from 'node:module';
import type * as S3 from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { DeliveredFile, DeliveryChannel, Parcel, ParcelFile, Receipt } from '../delivery-channel';
import { DeliveryError, timedOut } from '../delivery-error';
import { namePattern, type NamePattern } from '../file-names';
import { checkParcel } from '../parcel-check';
import { timeLimit } from '../time-limit';
import { s3Error } from './s3-errors';
import { checkS3Options, S3_LIMITS, type S3Options } from './s3-options';
import { S3Upload, type ObjectDetails } from './s3-upload';

// By require, since Jest knows no import().
const requireHere = createRequire(__filename);

/** S3 takes no longer keys, in bytes of UTF-8. */
const LONGEST_KEY = 1_024;
/** The SDK's own repeats of a request, the first included. */
const REQUEST_ATTEMPTS = 3;

/** Objects below a prefix of a bucket, of Amazon S3 or a compatible store. An object is there whole or not at all. */
export class S3Channel implements DeliveryChannel {
  readonly #options: S3Options;
  readonly #pattern: NamePattern;
  readonly #host: string;
  readonly #secrets: readonly string[];

  /** @throws DeliveryError `delivery.options_invalid` */
  constructor(options: S3Options) {
    checkS3Options(options);
    this.#options = options;
    this.#pattern = namePattern(options.pattern ?? '{file}');
    this.#host = options.endpoint === undefined ? `Amazon S3 (${options.region})` : new URL(options.endpoint).host;
    const { accessKeyId, secretAccessKey, sessionToken } = options.credentials ?? {};
    this.#secrets = [accessKeyId, secretAccessKey, sessionToken].filter((secret) => secret !== undefined);
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Receipt> {
    checkParcel(parcel);
    const keys = this.#pattern.namesFor(parcel).map((name) => this.#key(name));
    const limit = timeLimit(signal, this.#limits().wholeMs, () => timedOut(this.#host));
    // Loaded by the first delivery only.
    const sdk = requireHere('@aws-sdk/client-s3') as typeof S3;
    const client = this.#client(sdk);
    try {
      limit.signal.throwIfAborted();
      const upload = new S3Upload(sdk, client, this.#options.checksums ?? true);
      const files: DeliveredFile[] = [];
      for (const [index, file] of parcel.files.entries()) {
        files.push(await this.#store(upload, file, keys[index] ?? '', parcel, limit.signal));
      }
      return this.#receipt(files);
    } catch (error) {
      throw limit.reason() ?? s3Error(error, this.#host, this.#secrets);
    } finally {
      client.destroy();
      limit.end();
    }
  }

  async #store(
    upload: S3Upload,
    file: ParcelFile,
    key: string,
    parcel: Parcel,
    signal: AbortSignal,
  ): Promise<DeliveredFile> {
    const target = { Bucket: this.#options.bucket, Key: key };
    const sent = await upload.put(file, target, this.#details(file, parcel), signal);
    await upload.compare(file, target, sent, signal);
    return { name: key, bytes: file.bytes, reference: sent.etag };
  }

  #details(file: ParcelFile, { deliveryId }: Parcel): ObjectDetails {
    const { encryption } = this.#options;
    return {
      ContentType: file.mediaType,
      Metadata: { sha256: file.sha256, 'delivery-id': deliveryId },
      ...(encryption === undefined ? {} : { ServerSideEncryption: encryption.type }),
      ...(encryption?.type === 'aws:kms' && encryption.keyId !== undefined ? { SSEKMSKeyId: encryption.keyId } : {}),
    };
  }

  #client(sdk: typeof S3): S3Client {
    const { region, endpoint, pathStyle, credentials, checksums } = this.#options;
    const { connectMs, requestMs } = this.#limits();
    const when = checksums === false ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED';
    return new sdk.S3Client({
      region,
      forcePathStyle: pathStyle ?? false,
      maxAttempts: REQUEST_ATTEMPTS,
      requestChecksumCalculation: when,
      responseChecksumValidation: when,
      requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs, throwOnRequestTimeout: true },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  }

  #key(name: string): string {
    const key =
      this.#options.prefix === undefined || this.#options.prefix === '' ? name : `${this.#options.prefix}/${name}`;
    if (Buffer.byteLength(key) <= LONGEST_KEY) return key;
    throw new DeliveryError('delivery.name_invalid', 'A file gets a name that is too long for S3.', false);
  }

  #receipt(files: readonly DeliveredFile[]): Receipt {
    const { bucket, prefix = '' } = this.#options;
    return {
      channel: 's3',
      destination: `s3://${bucket}/${prefix}`,
      answer: 'stored',
      reference: null,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      files,
    };
  }

  #limits() {
    return { ...S3_LIMITS, ...this.#options.limits };
  }
}
