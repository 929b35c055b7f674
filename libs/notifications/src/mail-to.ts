import { EmailChannel, type MailServer } from '#delivery-channels';

/** A notice is small: what takes longer than this, in milliseconds, will not end well. */
const WHOLE_MS = 60_000;

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
