import fc from 'fast-check';
import { forbiddenKind } from './address-guard';

/** First and last address of each range of IPv4, and what it is. */
const RANGES: readonly [first: string, last: string, kind: string][] = [
  ['0.0.0.0', '0.255.255.255', 'this network'],
  ['10.0.0.0', '10.255.255.255', 'private'],
  ['100.64.0.0', '100.127.255.255', 'carrier-grade NAT'],
  ['127.0.0.0', '127.255.255.255', 'loopback'],
  ['169.254.0.0', '169.254.255.255', 'link-local'],
  ['172.16.0.0', '172.31.255.255', 'private'],
  ['192.0.0.0', '192.0.0.255', 'reserved'],
  ['192.0.2.0', '192.0.2.255', 'documentation'],
  ['192.88.99.0', '192.88.99.255', 'reserved'],
  ['192.168.0.0', '192.168.255.255', 'private'],
  ['198.18.0.0', '198.19.255.255', 'benchmarking'],
  ['198.51.100.0', '198.51.100.255', 'documentation'],
  ['203.0.113.0', '203.0.113.255', 'documentation'],
  ['224.0.0.0', '239.255.255.255', 'multicast'],
  ['240.0.0.0', '255.255.255.255', 'reserved'],
];

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const textOf = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
const expected = (number: number): string | null =>
  RANGES.find(([first, last]) => number >= numberOf(first) && number <= numberOf(last))?.[2] ?? null;

describe('addresses of IPv4', () => {
  it.each(RANGES)('%s to %s are %s, and their neighbours what they are', (first, last, kind) => {
    expect([forbiddenKind(first), forbiddenKind(last)]).toEqual([kind, kind]);
    for (const neighbour of [numberOf(first) - 1, numberOf(last) + 1]) {
      if (neighbour < 0 || neighbour > 0xffffffff) continue;
      expect(forbiddenKind(textOf(neighbour))).toBe(expected(neighbour));
    }
  });

  it('are judged by number, everywhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (number) => {
        expect(forbiddenKind(textOf(number))).toBe(expected(number));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['1.1.1.1', '8.8.8.8', '100.63.255.255', '172.32.0.0', '192.0.1.0', '223.255.255.255'])(
    '%s is public',
    (address) => {
      expect(forbiddenKind(address)).toBeNull();
    },
  );
});

describe('addresses of IPv6', () => {
  it.each([
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::ffff:127.0.0.1', 'IPv4-mapped'],
    ['::ffff:7f00:1', 'IPv4-mapped'],
    ['0:0:0:0:0:ffff:a9fe:a9fe', 'IPv4-mapped'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['::ffff:0:7f00:1', 'reserved'],
    ['::7f00:1', 'IPv4-compatible'],
    ['64:ff9b::10.0.0.1', 'NAT64'],
    ['64:ff9b::8.8.8.8', 'NAT64'],
    ['64:ff9b:1::1', 'NAT64'],
    ['64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'NAT64'],
    ['100::1', 'reserved'],
    ['1fff:ffff::1', 'reserved'],
    ['2001::1', 'protocol assignment'],
    ['2001:1ff:ffff::', 'protocol assignment'],
    ['2001:db8::1', 'documentation'],
    ['2002:7f00:1::', '6to4'],
    ['2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '6to4'],
    ['3fff::1', 'documentation'],
    ['3fff:fff:ffff::', 'documentation'],
    ['4000::1', 'reserved'],
    ['fc00::1', 'private'],
    ['fdff:ffff::1', 'private'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'reserved'],
    ['ff00::1', 'multicast'],
    ['ff02::1', 'multicast'],
  ])('%s is %s', (address, kind) => {
    expect(forbiddenKind(address)).toBe(kind);
  });

  it.each([
    '2606:4700:4700::1111',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2003::1',
    '2a00::1',
    '3ffe:ffff::1',
    '3fff:1000::1',
  ])('%s is public', (address) => {
    expect(forbiddenKind(address)).toBeNull();
  });

  it('that carry one of IPv4 are forbidden, whichever it is', () => {
    const forms = ['::ffff:', '::', '64:ff9b::'];
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom(...forms), (address, form) => {
        expect(forbiddenKind(`${form}${address}`)).not.toBeNull();
      }),
    );
  });

  it('outside 2000::/3 are forbidden', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = parseInt(address.split(':')[0] || '0', 16);
        if (address.startsWith('::') || first < 0x2000 || first > 0x3fff) expect(forbiddenKind(address)).not.toBeNull();
      }),
    );
  });
});

it.each(['', 'localhost', '127.1', '0x7f000001', '2130706433', '1.2.3.4.5', '[::1]', '1.1.1.1 '])(
  '%j is no address',
  (text) => {
    expect(forbiddenKind(text)).toBe('unknown');
  },
);
