import { optionsInvalid } from '../delivery-error';
import { AllowedDomains, checkedMailbox, type Mailbox } from './mailbox';

export interface EmailOptions {
  readonly host: string;
  readonly port: number;
  /**
   * `tls` from the first byte (port 465), `starttls` before anything else is said (587), both with a certificate that is checked;
   * `none` speaks in clear, never with a password.
   */
  readonly security: 'tls' | 'starttls' | 'none';
  /** Certificates in PEM form of authorities that are trusted instead of the public ones. */
  readonly ca?: string;
  readonly auth?: { readonly user: string; readonly password: string };
  readonly from: Mailbox;
  readonly replyTo?: Mailbox;
  readonly to: readonly Mailbox[];
  readonly cc?: readonly Mailbox[];
  readonly bcc?: readonly Mailbox[];
  /** `example.org`, or `*.example.org` for all below it. Default: all domains. */
  readonly allowedRecipientDomains?: readonly string[];
  /** What all attachments may take together, in bytes as they are sent (base64); above it the mail has the link. Default 10 MB. */
  readonly attachmentLimit?: number;
  /** Where a recipient can unsubscribe, by a POST without more (RFC 8058). An https address. */
  readonly unsubscribeUrl?: string;
  readonly limits?: Partial<EmailLimits>;
}

/** In milliseconds. */
export interface EmailLimits {
  /** Until the connection stands. Default 10,000. */
  readonly connectMs: number;
  /** From there until the server greets. Default 10,000. */
  readonly greetingMs: number;
  /** Of silence afterwards. Default 60,000. */
  readonly silenceMs: number;
  /** For everything. Default 600,000. */
  readonly wholeMs: number;
}

export interface CheckedEmailOptions extends EmailOptions {
  readonly from: Required<Mailbox>;
  readonly to: readonly Required<Mailbox>[];
  readonly cc: readonly Required<Mailbox>[];
  readonly bcc: readonly Required<Mailbox>[];
  readonly attachmentLimit: number;
  readonly limits: EmailLimits;
  /** Every address of a recipient, once. */
  readonly recipients: readonly string[];
  readonly allowed: AllowedDomains | null;
}

const ATTACHMENT_LIMIT = 10_000_000;
const LIMITS: EmailLimits = { connectMs: 10_000, greetingMs: 10_000, silenceMs: 60_000, wholeMs: 600_000 };

/** @throws DeliveryError `delivery.options_invalid` */
export function checkEmailOptions(options: EmailOptions): CheckedEmailOptions {
  if (options.auth && options.security === 'none') {
    throw optionsInvalid('A password is never sent in clear: choose the security tls or starttls.');
  }
  if (options.unsubscribeUrl !== undefined && !isHttps(options.unsubscribeUrl)) {
    throw optionsInvalid('The address to unsubscribe at must be a URL that begins with https://.');
  }
  const [to, cc, bcc] = [options.to, options.cc ?? [], options.bcc ?? []].map((list) => list.map(checkedMailbox));
  const recipients = [...new Set([to, cc, bcc].flatMap((list) => list?.map(({ address }) => address) ?? []))];
  if (recipients.length === 0) throw optionsInvalid('There is no recipient.');
  const { allowedRecipientDomains, replyTo } = options;
  return {
    ...options,
    from: checkedMailbox(options.from),
    ...(replyTo === undefined ? {} : { replyTo: checkedMailbox(replyTo) }),
    to: to ?? [],
    cc: cc ?? [],
    bcc: bcc ?? [],
    attachmentLimit: options.attachmentLimit ?? ATTACHMENT_LIMIT,
    limits: { ...LIMITS, ...options.limits },
    recipients,
    allowed: allowedRecipientDomains === undefined ? null : new AllowedDomains(allowedRecipientDomains),
  };
}

const isHttps = (url: string): boolean => URL.canParse(url) && new URL(url).protocol === 'https:';
