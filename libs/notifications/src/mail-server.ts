import { EmailChannel, type EmailOptions, type Mailbox } from '#delivery-channels';

/** The server that the system sends its own mails by. */
export type MailServer = Pick<EmailOptions, 'host' | 'port' | 'security' | 'auth' | 'from'>;

const TLS_PORT = 465;
const SUBMISSION_PORT = 587;
/** A notice is small: what takes longer than this, in milliseconds, will not end well. */
const WHOLE_MS = 60_000;

/** What `SMTP_URL` and `MAIL_FROM` name; null where they are unset. They have been checked when they were read. */
export function mailServerOf(settings: {
  readonly SMTP_URL?: string | undefined;
  readonly MAIL_FROM?: string | undefined;
}): MailServer | null {
  const { SMTP_URL: address, MAIL_FROM: from } = settings;
  if (address === undefined || from === undefined) return null;
  const { protocol, hostname, port, username, password, searchParams } = new URL(address);
  const tls = protocol === 'smtps:';
  const plain = searchParams.get('security') === 'none';
  return {
    host: hostname,
    port: port === '' ? (tls ? TLS_PORT : SUBMISSION_PORT) : Number(port),
    security: tls ? 'tls' : plain ? 'none' : 'starttls',
    ...(username !== '' && { auth: { user: decodeURIComponent(username), password: decodeURIComponent(password) } }),
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
