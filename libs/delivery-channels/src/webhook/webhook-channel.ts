import { Readable } from 'node:stream';
import type { DeliveredFile, DeliveryChannel, Parcel, ParcelFile, Receipt } from '../delivery-channel';
import { cancelled, DeliveryError } from '../delivery-error';
import { openFile } from '../file-bytes';
import { foreignText, quoted } from '../foreign-text';
import { checkParcel } from '../parcel-check';
import { GuardedClient, type HttpAnswer, type HttpPost } from '../http/guarded-client';
import { refusalOf } from '../http/http-answer';
import { isMet } from '../http/expectation';
import { SIGNATURE_HEADER, signatureOf } from '../http/signature';
import { oneLine } from '../text-line';
import { checkWebhookOptions, type WebhookOptions } from './webhook-options';

const JSON_MS = 30_000;
const FILE_MS = 600_000;

/** Posts signed requests: one that tells of the files, or one for each file with the file itself. */
export class WebhookChannel implements DeliveryChannel {
  readonly #options: WebhookOptions;
  readonly #client: GuardedClient;
  readonly #secrets: readonly string[];

  /** @throws DeliveryError `delivery.options_invalid` */
  constructor(options: WebhookOptions) {
    checkWebhookOptions(options);
    this.#options = options;
    const wholeMs = options.wholeMs ?? (options.content === 'files' ? FILE_MS : JSON_MS);
    this.#client = new GuardedClient(options.url, { ...options, wholeMs });
    this.#secrets = [options.secret, options.url, pathOf(options.url), ...headerSecrets(options.headers ?? {})];
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Receipt> {
    checkParcel(parcel);
    // A parcel without files is told of, for there would be no request at all.
    const withFiles = this.#options.content === 'files' && parcel.files.length > 0;
    const { answer, files } = withFiles ? await this.#sendFiles(parcel, signal) : await this.#tell(parcel, signal);
    return {
      channel: 'webhook',
      destination: this.#client.origin,
      answer: foreignText(`${answer.status} ${answer.body}`, this.#secrets),
      reference: null,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      files,
    };
  }

  async #tell(parcel: Parcel, signal: AbortSignal): Promise<{ answer: HttpAnswer; files: DeliveredFile[] }> {
    const body = Buffer.from(JSON.stringify(messageOf(parcel)));
    const headers = {
      ...this.#headersOf(parcel, parcel.deliveryId),
      'Content-Type': 'application/json',
      [SIGNATURE_HEADER]: await this.#signatureOf([body]),
    };
    const post = { headers, length: body.length, body: () => Promise.resolve(Readable.from([body])) };
    return { answer: await this.#accepted(post, signal), files: [] };
  }

  async #sendFiles(parcel: Parcel, signal: AbortSignal): Promise<{ answer: HttpAnswer; files: DeliveredFile[] }> {
    let answer: HttpAnswer = { status: 0, retryAfter: undefined, body: '' };
    for (const [index, file] of parcel.files.entries()) {
      const headers = {
        ...this.#headersOf(parcel, `${parcel.deliveryId}-${index + 1}`),
        ...headersOfFile(file),
        'X-File-Index': String(index + 1),
        'X-File-Count': String(parcel.files.length),
        // The signature goes before the body, so the file is read twice rather than kept.
        [SIGNATURE_HEADER]: await this.#signatureOfFile(file, signal),
      };
      answer = await this.#accepted(
        { headers, length: file.bytes, body: (limited: AbortSignal) => openFile(file, limited) },
        signal,
      );
    }
    const files = parcel.files.map(({ name, bytes }) => ({ name, bytes, reference: null }));
    return { answer, files };
  }

  async #accepted(post: HttpPost, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await this.#client.post(post, signal);
    const who = this.#client.origin;
    const refusal = refusalOf(answer, { who, now: this.#now(), secrets: this.#secrets });
    if (refusal) throw refusal;
    const { expect } = this.#options;
    if (expect === undefined || isMet(expect, answer.body)) return answer;
    const said = quoted(answer.body, this.#secrets);
    const message = `${who} answered with status ${answer.status}, but not what was expected${said}.`;
    throw new DeliveryError('delivery.unexpected_answer', message, true);
  }

  #headersOf(parcel: Parcel, idempotencyKey: string): Record<string, string> {
    return {
      ...this.#options.headers,
      'User-Agent': 'report-scheduler',
      'Idempotency-Key': idempotencyKey,
      'X-Delivery-Event': parcel.event,
      'X-Delivery-Id': parcel.deliveryId,
      'X-Delivery-Attempt': String(parcel.attempt),
      ...(parcel.notice === undefined && { 'X-Delivery-Job': parcel.jobId }),
    };
  }

  async #signatureOfFile(file: ParcelFile, signal: AbortSignal): Promise<string> {
    try {
      return await this.#signatureOf((await openFile(file, signal)) as AsyncIterable<Buffer>);
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    }
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  #signatureOf(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<string> {
    return signatureOf(this.#options.secret, Math.floor(this.#now().getTime() / 1000), body);
  }
}

/**
 * The body of `json`, documented in docs/reference/delivery-channels.md. The same for every attempt: receivers refuse another body under a
 * key that they know (draft-ietf-httpapi-idempotency-key-header), so which attempt it is stands in a header.
 */
function messageOf(parcel: Parcel): Record<string, unknown> {
  const told = { event: parcel.event, deliveryId: parcel.deliveryId };
  if (parcel.notice !== undefined) return { ...told, ...parcel.notice };
  return {
    ...told,
    jobId: parcel.jobId,
    template: parcel.templateName,
    reportDate: parcel.reportDate,
    link: { url: parcel.link.url, expiresAt: parcel.link.expiresAt.toISOString() },
    files: parcel.files.map(({ name, mediaType, bytes, sha256, url }) => ({ name, mediaType, bytes, sha256, url })),
  };
}

/** RFC 6266 and 8187 for the name, RFC 9530 for the digest. */
function headersOfFile(file: ParcelFile): Record<string, string> {
  const name = encodeURIComponent(oneLine(file.name)).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return {
    'Content-Type': oneLine(file.mediaType),
    'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
    'Content-Digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
  };
}

/** Path and query, where receivers like to have their keys; nothing if there is none. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** Values whole, and what follows the scheme of `Authorization`. */
const headerSecrets = (headers: Readonly<Record<string, string>>): string[] =>
  Object.values(headers).flatMap((value) => [value, ...value.split(' ')]);
