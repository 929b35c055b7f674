import { BlockList, isIP } from 'node:net';

type Range = readonly [network: string, prefix: number, kind: string];

/** @see https://www.iana.org/assignments/iana-ipv4-special-registry and RFC 5771 for multicast */
const IPV4: readonly Range[] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'carrier-grade NAT'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
];

/** The only addresses of IPv6 that are global unicast (RFC 4291, 2.4); all others are forbidden, whatever they are for. */
const GLOBAL_IPV6: Range = ['2000::', 3, 'global'];

/** Those outside 2000::/3 for the sake of their names, and those inside that lead elsewhere or nowhere. */
const IPV6: readonly Range[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['::ffff:0:0', 96, 'IPv4-mapped'],
  ['::', 96, 'IPv4-compatible'],
  ['64:ff9b::', 96, 'NAT64'],
  ['64:ff9b:1::', 48, 'NAT64'],
  ['2001::', 23, 'protocol assignment'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['3fff::', 20, 'documentation'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['ff00::', 8, 'multicast'],
];

const compile = (ranges: readonly Range[], family: 'ipv4' | 'ipv6') =>
  ranges.map(([network, prefix, kind]) => {
    const list = new BlockList();
    list.addSubnet(network, prefix, family);
    return { kind, holds: (address: string) => list.check(address, family) };
  });

const forbiddenIpv4 = compile(IPV4, 'ipv4');
const forbiddenIpv6 = compile(IPV6, 'ipv6');
const [globalIpv6] = compile([GLOBAL_IPV6], 'ipv6');

/**
 * Why a request that a person caused must not go to this address: its kind, such as `loopback`; null for an address of the public
 * Internet. Forms of IPv6 that carry an IPv4 address are forbidden, whichever it is. What is no address at all is forbidden too.
 */
export function forbiddenKind(address: string): string | null {
  switch (isIP(address)) {
    case 4:
      return forbiddenIpv4.find(({ holds }) => holds(address))?.kind ?? null;
    case 6: {
      // An address with a zone is link-local by its nature.
      if (address.includes('%')) return 'link-local';
      const known = forbiddenIpv6.find(({ holds }) => holds(address));
      if (known) return known.kind;
      return globalIpv6?.holds(address) === true ? null : 'reserved';
    }
    default:
      return 'unknown';
  }
}
