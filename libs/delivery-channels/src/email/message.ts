import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type MailComposer from 'nodemailer/lib/mail-composer';
import type { Parcel, ParcelFile } from '../delivery-channel';
import { oneLine } from '../text-line';
import { openFile } from '../file-bytes';
import { domainOf } from './mailbox';
import type { CheckedEmailOptions } from './email-options';

type Mail = NonNullable<ConstructorParameters<typeof MailComposer>[0]>;

// By require, since Jest knows no import().
const requireHere = createRequire(__filename);

/** Base64 turns 57 bytes into a line of 76 characters and its end (RFC 2045, 6.8). */
const LINE_BYTES = 57;
const ENCODED_LINE = 78;

/** What the files take in a message, in bytes. */
export const encodedBytes = (files: readonly ParcelFile[]): number =>
  files.reduce((sum, { bytes }) => sum + Math.ceil(bytes / LINE_BYTES) * ENCODED_LINE, 0);

/** The same for every attempt, by which mailboxes know a repeat. */
export const messageIdOf = (parcel: Parcel, from: string): string => `<${parcel.deliveryId}@${domainOf(from)}>`;

/** A message in MIME. `attached` are the files that go along; `onFailure` learns why one could not be read. */
export function messageOf(
  parcel: Parcel,
  options: CheckedEmailOptions,
  attached: readonly ParcelFile[],
  onFailure: (error: unknown) => void,
): Readable {
  const Composer = requireHere('nodemailer/lib/mail-composer') as typeof MailComposer;
  return new Composer(mailOf(parcel, options, attached, onFailure)).compile().createReadStream();
}

function mailOf(
  parcel: Parcel,
  options: CheckedEmailOptions,
  attached: readonly ParcelFile[],
  onFailure: (error: unknown) => void,
): Mail {
  const { from, replyTo, to, cc, bcc, unsubscribeUrl } = options;
  return {
    from,
    to: [...to],
    cc: [...cc],
    bcc: [...bcc],
    ...(replyTo === undefined ? {} : { replyTo: { name: replyTo.name ?? '', address: replyTo.address } }),
    messageId: messageIdOf(parcel, from.address),
    subject: oneLine(parcel.subject),
    ...bodiesOf(parcel, attached.length === parcel.files.length),
    headers: {
      // RFC 3834: no answers of absent people, please.
      'Auto-Submitted': 'auto-generated',
      ...(unsubscribeUrl === undefined ? {} : unsubscribeHeaders(unsubscribeUrl)),
    },
    attachments: attached.map((file) => ({
      filename: oneLine(file.name),
      contentType: oneLine(file.mediaType),
      contentTransferEncoding: 'base64',
      content: Readable.from(read(file, onFailure), { objectMode: false }),
    })),
    // Nothing in a parcel is the name of a file of this machine, or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  };
}

/** Opened when its turn comes, so that no file waits open for the ones before it. */
async function* read(file: ParcelFile, onFailure: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    yield* (await openFile(file)) as AsyncIterable<Buffer>;
  } catch (error) {
    onFailure(error);
    throw new Error('unreadable');
  }
}

/** The texts as they are; with the link where the files do not go along and the text does not have it yet. */
function bodiesOf({ subject, text, html, link }: Parcel, whole: boolean): { text: string; html: string } {
  const until = link.expiresAt.toISOString();
  const needsLink = (body: string, address: string): boolean =>
    body.trim() === '' || (!whole && !body.includes(address));
  const address = escaped(link.url);
  return {
    text: needsLink(text, link.url)
      ? `${text.trim() || oneLine(subject)}\n\nThe report is at ${link.url} until ${until}.\n`
      : text,
    html:
      html.trim() !== '' && needsLink(html, address) && !html.includes(link.url)
        ? `${html}\n<p><a href="${address}">Open the report</a> (until ${until})</p>\n`
        : html,
  };
}

/** RFC 2369 and RFC 8058. */
const unsubscribeHeaders = (url: string): Record<string, string> => ({
  'List-Unsubscribe': `<${new URL(url).href}>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
});

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
