import { domainToASCII } from 'node:url';

/** In lower case and Punycode, as DNS has it; empty if it is no domain. Numbers and addresses in brackets are none here. */
export function asciiDomain(domain: string): string {
  // The parser of URLs drops line breaks and tabs, and so would make one domain of two lines.
  const ascii = /[\s\p{Cc}]/u.test(domain) ? '' : domainToASCII(domain);
  return /^(?=.{1,253}$)([a-z0-9-]{1,63}\.)*(?!\d+$)[a-z0-9-]{1,63}$/.test(ascii) ? ascii : '';
}

/** Whether it names a domain, `example.org`, or all domains below one, `*.example.org`. */
export function isDomainPattern(pattern: string): boolean {
  return asciiDomain(pattern.startsWith('*.') ? pattern.slice(2) : pattern) !== '';
}
