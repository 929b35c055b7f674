import { readFileSync } from 'node:fs';
import { EmailChannel, type EmailOptions, type Mailbox } from '#delivery-channels';

/** The server that the system sends its own mails by. */
export type MailServer = Pick<EmailOptions, 'host' | 'port' | 'security' | 'auth' | 'from' | 'ca'>;

const TLS_PORT = 465;
const SUBMISSION_PORT = 587;
/** A notice is small: what takes longer than this, in milliseconds, will not end well. */
const WHOLE_MS = 60_000;

export interface MailSettings {
  readonly SMTP_URL?: string | undefined;
  readonly SMTP_FROM?: string | undefined;
  readonly SMTP_TLS: 'on' | 'off';
  readonly SMTP_CA_FILE?: string | undefined;
}

/**
 * What `SMTP_URL` and those beside it name; null where it is unset. They have been checked when they were read. Throws an `Error`
 * when `SMTP_CA_FILE` cannot be read.
 */
export function mailServerOf(settings: MailSettings): MailServer | null {
  const { SMTP_URL: address, SMTP_FROM: from, SMTP_TLS, SMTP_CA_FILE } = settings;
  if (address === undefined || from === undefined) return null;
  const { protocol, hostname, port, username, password } = new URL(address);
  const tls = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (tls ? TLS_PORT : SUBMISSION_PORT) : Number(port),
    security: tls ? 'tls' : SMTP_TLS === 'on' ? 'starttls' : 'none',
    ...(username !== '' && { auth: { user: decodeURIComponent(username), password: decodeURIComponent(password) } }),
    ...(SMTP_CA_FILE !== undefined && { ca: readFileSync(SMTP_CA_FILE, 'utf8') }),
    from: mailboxOf(from),
  };
}

/** Mails to one person. @throws DeliveryError `delivery.options_invalid` for an address that mail cannot go to */
export function mailTo(server: MailServer, address: string, unsubscribeUrl: string | null): EmailChannel {
  // Only what mail programs can call by themselves goes into the header (RFC 8058); the text has the link in any case.
  const oneClick = unsubscribeUrl?.startsWith('https://') === true;
  return new EmailChannel({
    ...server,
    to: [{ address }],
    ...(oneClick && { unsubscribeUrl }),
    limits: { wholeMs: WHOLE_MS },
  });
}

function mailboxOf(text: string): Mailbox {
  const [, name, address] = /^([^<>]*)<([^<>]+)>$/.exec(text) ?? [];
  return address === undefined ? { address: text } : { name: name?.trim() ?? '', address };
}
