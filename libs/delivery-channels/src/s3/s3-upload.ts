import { crc32 } from 'node:zlib';
import type * as S3 from '@aws-sdk/client-s3';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import type { ParcelFile } from '../delivery-channel';
import { DeliveryError } from '../delivery-error';
import { openFile } from '../file-bytes';

/** Of a part, in bytes; S3 takes no smaller ones than 5 MiB but the last. */
const PART_BYTES = 8 * 1024 * 1024;
/** S3 takes no more parts than these. */
const MOST_PARTS = 10_000;
/** How long giving up an upload may take, in milliseconds. */
const GIVE_UP_MS = 700;

export interface ObjectTarget {
  readonly Bucket: string;
  readonly Key: string;
}

/** What the object is beside its bytes. */
export type ObjectDetails = Pick<
  S3.PutObjectCommandInput,
  'ContentType' | 'Metadata' | 'ServerSideEncryption' | 'SSEKMSKeyId'
>;

export interface Uploaded {
  readonly etag: string | null;
  /** Of all bytes, as S3 writes it. */
  readonly crc32: string;
}

/**
 * Makes an object of a file: by one request, or in parts of which at most two are in memory. Not by `@aws-sdk/lib-storage`, whose requests
 * go on after an abort, so that an object may appear that was cancelled.
 */
export class S3Upload {
  readonly #sdk: typeof S3;
  readonly #client: S3Client;
  readonly #checksums: boolean;

  constructor(sdk: typeof S3, client: S3Client, checksums: boolean) {
    this.#sdk = sdk;
    this.#client = client;
    this.#checksums = checksums;
  }

  async put(
    file: ParcelFile,
    target: ObjectTarget,
    details: ObjectDetails,
    abortSignal: AbortSignal,
  ): Promise<Uploaded> {
    const partBytes = Math.max(PART_BYTES, Math.ceil(file.bytes / MOST_PARTS));
    if (file.bytes > partBytes) return await this.#putParts(file, partBytes, target, details, abortSignal);
    let Body: Buffer = Buffer.alloc(0);
    for await (const part of partsOf(file, partBytes, abortSignal)) Body = part;
    const sum = base64Of(crc32(Body));
    const put = new this.#sdk.PutObjectCommand({ ...target, ...details, Body, ...this.#checksum(sum) });
    const { ETag } = await this.#client.send(put, { abortSignal });
    return { etag: ETag ?? null, crc32: sum };
  }

  async #putParts(
    file: ParcelFile,
    partBytes: number,
    target: ObjectTarget,
    details: ObjectDetails,
    abortSignal: AbortSignal,
  ): Promise<Uploaded> {
    const how = this.#checksums ? ({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const) : {};
    const create = new this.#sdk.CreateMultipartUploadCommand({ ...target, ...details, ...how });
    const { UploadId } = await this.#client.send(create, { abortSignal });
    const upload = { ...target, UploadId };
    try {
      const { parts, sum } = await this.#sendParts(file, partBytes, upload, abortSignal);
      const complete = new this.#sdk.CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: parts },
        ...(this.#checksums ? { ChecksumCRC32: sum, ChecksumType: 'FULL_OBJECT' } : {}),
      });
      const { ETag } = await this.#client.send(complete, { abortSignal });
      return { etag: ETag ?? null, crc32: sum };
    } catch (error) {
      // What cannot be given up now is left to the bucket's own rule for unfinished uploads.
      const signal = AbortSignal.timeout(GIVE_UP_MS);
      const giveUp = new this.#sdk.AbortMultipartUploadCommand(upload);
      await this.#client.send(giveUp, { abortSignal: signal }).catch(() => undefined);
      throw error;
    }
  }

  /** One part is on its way while the next one is read. */
  async #sendParts(
    file: ParcelFile,
    partBytes: number,
    upload: ObjectTarget & { readonly UploadId: string | undefined },
    abortSignal: AbortSignal,
  ): Promise<{ parts: CompletedPart[]; sum: string }> {
    const parts: CompletedPart[] = [];
    let sum = 0;
    let onItsWay: Promise<void> = Promise.resolve();
    try {
      for await (const Body of partsOf(file, partBytes, abortSignal)) {
        await onItsWay;
        sum = crc32(Body, sum);
        onItsWay = this.#sendPart(Body, upload, parts, abortSignal);
        // It is awaited before the next one, and may fail before that.
        onItsWay.catch(() => undefined);
      }
    } finally {
      await onItsWay;
    }
    return { parts, sum: base64Of(sum) };
  }

  async #sendPart(
    Body: Buffer,
    upload: ObjectTarget & { readonly UploadId: string | undefined },
    parts: CompletedPart[],
    abortSignal: AbortSignal,
  ): Promise<void> {
    const PartNumber = parts.length + 1;
    const checksum = this.#checksum(base64Of(crc32(Body)));
    const part = new this.#sdk.UploadPartCommand({ ...upload, PartNumber, Body, ...checksum });
    const { ETag } = await this.#client.send(part, { abortSignal });
    parts.push({ PartNumber, ETag, ...checksum });
  }

  /** The store refuses bytes that do not have the sum. */
  #checksum(sum: string): { ChecksumCRC32?: string } {
    return this.#checksums ? { ChecksumCRC32: sum } : {};
  }

  /** Compares what is there now with what was sent. @throws DeliveryError `delivery.corrupted` */
  async compare(file: ParcelFile, target: ObjectTarget, sent: Uploaded, abortSignal: AbortSignal): Promise<void> {
    const head = new this.#sdk.HeadObjectCommand({
      ...target,
      ...(this.#checksums ? { ChecksumMode: 'ENABLED' } : {}),
    });
    const there = await this.#client.send(head, { abortSignal });
    const sameSum =
      there.ChecksumCRC32 === undefined || there.ChecksumType === 'COMPOSITE' || there.ChecksumCRC32 === sent.crc32;
    if (there.ContentLength === file.bytes && sameSum && (there.ETag ?? null) === sent.etag) return;
    const message = `The bucket holds something else than what was sent as "${target.Key}".`;
    throw new DeliveryError('delivery.corrupted', message, true);
  }
}

/** The bytes in parts of one size, the last one what is left; none of an empty file. Each is filled in place: two copies would be twice the memory. */
async function* partsOf(file: ParcelFile, partBytes: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  let left = file.bytes;
  let part: Buffer = Buffer.alloc(0);
  let filled = 0;
  const bytes = await openFile(file, signal);
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    for (let taken = 0; taken < chunk.length;) {
      if (filled === part.length) {
        part = Buffer.allocUnsafeSlow(Math.min(partBytes, left));
        filled = 0;
      }
      const copied = chunk.copy(part, filled, taken);
      taken += copied;
      filled += copied;
      left -= copied;
      if (filled === part.length) yield part;
    }
  }
}

/** Four bytes, the highest first. */
function base64Of(sum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sum);
  return bytes.toString('base64');
}
