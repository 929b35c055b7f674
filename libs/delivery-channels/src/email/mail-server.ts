import { readFileSync } from 'node:fs';
import { optionsInvalid } from '../delivery-error';
import type { EmailOptions } from './email-options';
import { checkedMailbox, type Mailbox } from './mailbox';

const TLS_PORT = 465;
const SUBMISSION_PORT = 587;

export interface MailSettings {
  /** `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. */
  readonly SMTP_URL?: string | undefined;
  /** `Reports <reports@example.org>`, or the address alone. */
  readonly SMTP_FROM?: string | undefined;
  /** `off`: in clear, without a password. */
  readonly SMTP_TLS: 'on' | 'off';
  /** File of certificates in PEM form of authorities that are trusted instead of the public ones. */
  readonly SMTP_CA_FILE?: string | undefined;
  readonly ALLOWED_RECIPIENT_DOMAINS?: readonly string[] | undefined;
}

/** What all mails of the house have in common. */
export type MailServer = Pick<
  EmailOptions,
  'host' | 'port' | 'security' | 'auth' | 'from' | 'ca' | 'allowedRecipientDomains'
>;

/** Null without `SMTP_URL` and `SMTP_FROM`. Throws a `DeliveryError` `delivery.options_invalid`, and an `Error` when the file cannot be read. */
export function mailServerOf(settings: MailSettings): MailServer | null {
  const { SMTP_URL: url, SMTP_FROM: from, SMTP_CA_FILE: caFile, ALLOWED_RECIPIENT_DOMAINS: domains } = settings;
  if (url === undefined || from === undefined) return null;
  const { protocol, hostname, port, username, password } = new URL(url);
  const implicit = protocol === 'smtps:';
  const inClear = settings.SMTP_TLS === 'off';
  if (implicit && inClear) throw optionsInvalid('SMTP_TLS=off does not go with smtps://.');
  if (inClear && username !== '') throw optionsInvalid('A password is never sent in clear: leave SMTP_TLS on.');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (implicit ? TLS_PORT : SUBMISSION_PORT) : Number(port),
    security: implicit ? 'tls' : inClear ? 'none' : 'starttls',
    from: mailboxOf(from),
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    ...(username !== '' && { auth: { user: decodeURIComponent(username), password: decodeURIComponent(password) } }),
    ...(domains !== undefined && { allowedRecipientDomains: domains }),
  };
}

function mailboxOf(text: string): Mailbox {
  const [, name = '', address = ''] = /^([^<>]*)<([^<>]+)>\s*$/.exec(text) ?? ['', '', text];
  return checkedMailbox({ name: name.trim(), address: address.trim() });
}
