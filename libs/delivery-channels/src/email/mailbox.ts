import { asciiDomain } from '#platform';
import { DeliveryError, optionsInvalid } from '../delivery-error';
import { oneLine } from '../text-line';

export interface Mailbox {
  /** Shown beside the address. */
  readonly name?: string;
  /** `local@domain`, the domain in any script. */
  readonly address: string;
}

/** The unquoted local part of RFC 5321, 4.1.2: quoted ones are valid, unused, and a way to smuggle a second address in. */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** RFC 5321, 4.5.3.1. */
const LOCAL_LIMIT = 64;
const ADDRESS_LIMIT = 254;

/** With its name as one line and its domain as the protocol has it. @throws DeliveryError `delivery.options_invalid` */
export function checkedMailbox({ name, address }: Mailbox): Required<Mailbox> {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(0, at));
  const domain = asciiDomain(address.slice(at + 1));
  const checked = `${local}@${domain}`;
  if (domain === '' || local.length > LOCAL_LIMIT || checked.length > ADDRESS_LIMIT || !LOCAL_PART.test(local)) {
    throw optionsInvalid(`"${oneLine(address).slice(0, ADDRESS_LIMIT)}" is no e-mail address.`);
  }
  return { name: oneLine(name ?? ''), address: checked };
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/** Domains to which mail may go: `example.org` is this one alone, `*.example.org` all below it. */
export class AllowedDomains {
  readonly #patterns: readonly string[];

  /** @throws DeliveryError `delivery.options_invalid` */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((pattern) => {
      const below = pattern.startsWith('*.');
      const domain = asciiDomain(below ? pattern.slice(2) : pattern);
      if (domain === '') throw optionsInvalid(`"${oneLine(pattern)}" is no domain.`);
      return below ? `.${domain}` : domain;
    });
  }

  /** @throws DeliveryError `delivery.recipient_forbidden`, which names the domains that are not allowed and no person */
  check(addresses: readonly string[]): void {
    const outside = addresses.map(domainOf).filter((domain) => !this.#allows(domain));
    if (outside.length === 0) return;
    const message = `${outside.length} of ${addresses.length} recipients are outside the allowed domains: ${listed(outside)}.`;
    throw new DeliveryError('delivery.recipient_forbidden', message, false);
  }

  #allows(domain: string): boolean {
    return this.#patterns.some((pattern) => (pattern.startsWith('.') ? domain.endsWith(pattern) : domain === pattern));
  }
}

const SHOWN_WORDS = 5;

/** Each word once, five at most. */
export function listed(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  const more = distinct.length - SHOWN_WORDS;
  return more > 0 ? `${distinct.slice(0, SHOWN_WORDS).join(', ')} and ${more} more` : distinct.join(', ');
}
