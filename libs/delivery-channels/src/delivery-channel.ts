import type { Readable } from 'node:stream';

/**
 * A way out for the files of a finished report. `#delivery-channels/testing` says what every channel must do.
 *
 * A repeat of a parcel is harmless where the protocol allows it: what is stored is replaced by the same bytes under the same name, and
 * what is told carries the same id, by which a receiver knows it again.
 */
export interface DeliveryChannel {
  /**
   * Resolves when the other side has said that it has everything. Throws `DeliveryError` only. An aborted signal ends it within a second
   * with `delivery.cancelled`, and no file is left half.
   */
  send(parcel: Parcel, signal: AbortSignal): Promise<Receipt>;
}

export interface Parcel {
  /** The idempotency key: the same for every attempt. Letters, digits, `-` and `_`, 64 at most. */
  readonly deliveryId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** What happened, such as `report.completed`. */
  readonly event: string;
  readonly jobId: string;
  readonly templateName: string;
  /** The calendar date that the report is for, in its schedule's zone: `2026-11-26`. */
  readonly reportDate: string;
  readonly subject: string;
  /** Rendered; channels escape nothing in it. */
  readonly text: string;
  /** Rendered and escaped. */
  readonly html: string;
  readonly files: readonly ParcelFile[];
  readonly link: ReportLink;
  /**
   * Set where it is a notice and no report: what a webhook is told instead, as JSON. It has no files, its text has the links, and `jobId`
   * names no job.
   */
  readonly notice?: Readonly<Record<string, unknown>>;
}

/** The page of the report, where a person finds the files. */
export interface ReportLink {
  readonly url: string;
  readonly expiresAt: Date;
}

export interface ParcelFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  /** In hexadecimal. What is read is checked against it. */
  readonly sha256: string;
  /** Where a program can fetch the file until the report's link expires; null if only the page has it. */
  readonly url: string | null;
  /** The bytes, from the beginning each time. */
  open(): Promise<Readable>;
}

/** What can be told of a delivery that arrived. Holds no secret and no address of a person. */
export interface Receipt {
  readonly channel: ChannelKind;
  /** Where it went: `s3://reports/daily/`, `sftp://files.example.org:22/in`, `3 recipients at example.org`. */
  readonly destination: string;
  /** What the other side answered, in 200 printable characters at most. */
  readonly answer: string;
  /** By what the other side knows the whole delivery, such as a Message-ID; null where it has no such thing. */
  readonly reference: string | null;
  /** Of the files that went along, before any encoding; 0 where only the link did. */
  readonly bytes: number;
  /** One for each file that went along. */
  readonly files: readonly DeliveredFile[];
}

export interface DeliveredFile {
  /** The name that it has over there. */
  readonly name: string;
  readonly bytes: number;
  /** By what the other side knows it, such as an entity tag; null where it said nothing. */
  readonly reference: string | null;
}

export type ChannelKind = 'email' | 's3' | 'sftp' | 'webhook' | 'slack';
