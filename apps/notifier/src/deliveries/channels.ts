import type { RecipientStore } from '#access';
import { DeliveryError, EmailChannel, mailServerOf, openDestination, type DeliveryChannel } from '#delivery-channels';
import type { SecretStore } from '#data-sources';
import type { EmailTarget, ExistingDelivery } from '#domain';
import type { Settings } from '#platform';
import type { DeliveryHistory } from './delivery-history';
import type { DeliveryRights } from './delivery-rights';
import { Undeliverable } from './undeliverable';

export interface ChannelParts {
  readonly history: DeliveryHistory;
  readonly rights: DeliveryRights;
  readonly recipients: RecipientStore;
  readonly secrets: SecretStore;
  readonly settings: Settings;
  /** Milliseconds for each request of a webhook or to Slack. Default: the channels' own. */
  readonly answerMs?: number;
}

/** The way to a delivery's target as it is now. Throws `Undeliverable` and what `openDestination` and the secrets throw. */
export async function channelTo(delivery: ExistingDelivery, parts: ChannelParts): Promise<DeliveryChannel> {
  const { target } = delivery.request;
  if (target.channel === 'email') return mailTo(target.email, parts);
  const { destinationId, pattern } = target.destination;
  const state = await parts.history.destination(destinationId);
  if (state.status !== 'active' || state.secretId === null) {
    throw new Undeliverable('delivery.destination_retired', 'The destination was retired: choose another one.');
  }
  await parts.rights.requireUse(state, delivery);
  const secret = await parts.secrets.read(state.secretId, destinationId);
  const terms = { pattern, privateHosts: parts.settings.DELIVERY_PRIVATE_HOSTS ?? [], answerMs: parts.answerMs };
  return openDestination(state.definition, secret, terms);
}

async function mailTo({ to, cc, bcc, attach }: EmailTarget, { recipients, settings }: ChannelParts) {
  const server = mailServerOf(settings);
  if (server === null) {
    throw new Undeliverable('delivery.mail_not_configured', 'There is no mail server: set SMTP_URL and SMTP_FROM.');
  }
  const addresses = await recipients.addressesOf([...to, ...cc, ...bcc]);
  const mailboxes = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const address = addresses.get(id);
      return address === undefined ? [] : [{ address }];
    });
  if (addresses.size === 0) {
    throw new Undeliverable('delivery.recipients_erased', 'All recipients were erased: name others.');
  }
  return new EmailChannel({
    ...server,
    ...{ to: mailboxes(to), cc: mailboxes(cc), bcc: mailboxes(bcc) },
    // Below nothing there is room for nothing: the mail has the link.
    attachmentLimit: attach ? settings.MAIL_ATTACHMENT_LIMIT_BYTES : -1,
  });
}

/** What goes into an event about a failure; null for one that is no word for the owner. */
export function failureOf(error: unknown) {
  if (error instanceof DeliveryError) {
    const { code, message, transient, retryAfterSeconds } = error;
    return { failure: { code, message, transient }, retryAfterSeconds };
  }
  if (error instanceof Undeliverable) {
    return { failure: { code: error.code, message: error.message, transient: false }, retryAfterSeconds: null };
  }
  return null;
}
