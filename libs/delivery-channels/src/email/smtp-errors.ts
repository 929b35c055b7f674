import { DeliveryError, networkError, timedOut } from '../delivery-error';
import { quoted } from '../foreign-text';
import { domainOf, listed } from './mailbox';

/** What nodemailer's connection tells of an error. */
export interface SmtpFailure {
  readonly code?: string;
  /** What the system or TLS called it, where nodemailer has a name of its own. */
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly rejected?: readonly string[];
}

export interface SmtpContext {
  readonly host: string;
  readonly secrets: readonly string[];
  /** Everything but the answer has gone through. */
  readonly sent: boolean;
  /** Addresses, in the order of the mail. */
  readonly recipients: readonly string[];
}

/** What a failure of SMTP means. The classes of replies are those of RFC 5321, 4.2.1: 4yz may work later, 5yz will not. */
export function smtpError(failure: SmtpFailure, context: SmtpContext): DeliveryError {
  const { responseCode } = failure;
  if (responseCode === undefined) return withoutReply(failure, context);
  const said = quoted(failure.response ?? '', context.secrets);
  const { host } = context;
  if (responseCode < 500) {
    return new DeliveryError('delivery.busy', `${host} cannot take the mail now${said}.`, true);
  }
  if (failure.code === 'EAUTH') {
    const message = `${host} does not accept the user and password of its settings${said}.`;
    return new DeliveryError('delivery.sign_in_refused', message, false);
  }
  if (failure.code === 'ETLS') return tlsFailed(host);
  if (responseCode === 552) return tooLarge(host, said);
  if (responseCode === 530 || responseCode === 538) {
    return new DeliveryError('delivery.sign_in_refused', `${host} asks for a sign-in, or for TLS${said}.`, false);
  }
  const refused = failure.rejected ?? [];
  if (refused.length > 0) return recipientsRefused(refused, context, said);
  return new DeliveryError('delivery.refused', `${host} refused the mail${said}.`, false);
}

/**
 * Some recipients have the mail, so the whole must not be sent again. Who has not is told by place and domain, since an address is a
 * person's and would stay in the event for ever.
 */
export function recipientsRefused(
  refused: readonly string[],
  { host, recipients }: SmtpContext,
  said: string,
): DeliveryError {
  const some = refused.length < recipients.length;
  const places = refused.map((address) => `number ${recipients.indexOf(address) + 1} at ${domainOf(address)}`);
  const which = some ? ` (${listed(places)})` : '';
  const others = some ? ' The others have the mail.' : '';
  const message = `${host} refused ${refused.length} of ${recipients.length} recipients${which}${said}.${others}`;
  return new DeliveryError('delivery.recipients_refused', message, false);
}

function withoutReply(failure: SmtpFailure, { host, sent }: SmtpContext): DeliveryError {
  const { code, originalCode } = failure;
  // The rest of a message is answered for by the answer to its end, and by nothing else (RFC 5321, 4.2.5).
  if (sent) {
    const message = `${host} took the mail and did not say what became of it: it may have been delivered or not.`;
    return new DeliveryError('delivery.unconfirmed', message, true);
  }
  if (code === 'EMESSAGE') return tooLarge(host, '');
  if (code === 'ETIMEDOUT') return timedOut(host);
  const cause = networkError({ code: originalCode }, host);
  if (cause) return cause;
  if (code === 'ETLS') return tlsFailed(host);
  if (code === 'EAUTH') {
    const message = `${host} has no way to sign in that this program knows.`;
    return new DeliveryError('delivery.sign_in_refused', message, false);
  }
  return new DeliveryError('delivery.unreachable', `${host} cannot be reached, or broke off.`, true);
}

const tlsFailed = (host: string): DeliveryError =>
  new DeliveryError('delivery.tls_failed', `${host} does not speak TLS as its settings ask for.`, false);

const tooLarge = (host: string, said: string): DeliveryError =>
  new DeliveryError(
    'delivery.too_large',
    `${host} takes no mail of this size${said}: lower the limit of attachments, so that the mail has the link.`,
    false,
  );
