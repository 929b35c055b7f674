import { checkedMailbox, DeliveryError, EmailChannel, type MailServer } from '#delivery-channels';

/** A notice is small: what takes longer than this, in milliseconds, will not end well. */
const WHOLE_MS = 60_000;

/**
 * Mails to one person. @throws DeliveryError `delivery.options_invalid` for an address that mail cannot go to, which its sentence does not
 * hold: it stands in an event
 */
export function mailTo(server: MailServer, address: string, unsubscribeUrl: string | null): EmailChannel {
  requireMailbox(address);
  // Only what mail programs can call by themselves goes into the header (RFC 8058); the text has the link in any case.
  const oneClick = unsubscribeUrl?.startsWith('https://') === true;
  return new EmailChannel({
    ...server,
    to: [{ address }],
    ...(oneClick && { unsubscribeUrl }),
    limits: { wholeMs: WHOLE_MS },
  });
}

function requireMailbox(address: string): void {
  try {
    checkedMailbox({ address });
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    throw new DeliveryError(error.code, 'What is set as the address of the person is no e-mail address.', false);
  }
}
