import { checkedMailbox, DeliveryError, type AllowedDomains } from '#delivery-channels';
import type { LeftOutRow } from '#domain';

export type AddressReading =
  { readonly ok: true; readonly address: string } | { readonly ok: false; readonly fault: Omit<LeftOutRow, 'row'> };

/** An address as it is kept, if mail may go to it. What is wrong with it is told without it. */
export function readAddress(text: string, column: string, domains: AllowedDomains | null): AddressReading {
  let address: string;
  try {
    ({ address } = checkedMailbox({ address: text.trim() }));
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const message = `The column "${column}" holds no e-mail address.`;
    return { ok: false, fault: { code: 'delivery.recipient_invalid', message } };
  }
  try {
    domains?.check([address]);
    return { ok: true, address };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const message = `The column "${column}" holds an address outside the domains that mail may go to.`;
    return { ok: false, fault: { code: 'delivery.recipient_forbidden', message } };
  }
}
