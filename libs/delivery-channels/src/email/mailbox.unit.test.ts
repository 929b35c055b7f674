import { thrownBy } from '../testing/thrown';
import { AllowedDomains, checkedMailbox, listed } from './mailbox';

const invalid = { code: 'delivery.options_invalid', transient: false };

it.each([
  ['a@example.org', 'a@example.org'],
  ["o'neil+tag@Example.ORG", "o'neil+tag@example.org"],
  ['a@bücher.example', 'a@xn--bcher-kva.example'],
  ['a@localhost', 'a@localhost'],
])('takes %s', (address, expected) => {
  expect(checkedMailbox({ address })).toEqual({ name: '', address: expected });
});

it.each([
  '',
  'a',
  '@example.org',
  'a@',
  'a@b@example.org',
  'a@example.org, b@example.org',
  'a@example.org\r\nBcc: b@example.org',
  'a\r\n@example.org',
  'a@example.org\r\nDATA',
  'a@exam\tple.org',
  '"a b"@example.org',
  '<a@example.org>',
  'a..b@example.org',
  '.a@example.org',
  'a@[127.0.0.1]',
  'a@127.0.0.1',
  'a@example..org',
  'ä@example.org',
  `${'a'.repeat(65)}@example.org`,
  `a@${'b'.repeat(64)}.org`,
])('does not take %j', (address) => {
  expect(thrownBy(() => checkedMailbox({ address }))).toMatchObject(invalid);
});

it('makes one line of a name', () => {
  expect(checkedMailbox({ name: 'A\r\nBcc: x\t\u2028y', address: 'a@example.org' }).name).toBe('A Bcc: x y');
});

describe('allowed domains', () => {
  const allowed = new AllowedDomains(['example.org', '*.Example.com', 'bücher.example']);

  it.each([['a@example.org'], ['a@mail.example.com'], ['a@a.b.example.com'], ['a@xn--bcher-kva.example']])(
    'lets %s pass',
    (address) => {
      expect(() => allowed.check([address])).not.toThrow();
    },
  );

  it.each([
    ['a@mail.example.org'],
    ['a@example.com'],
    ['a@evilexample.com'],
    ['a@example.org.evil.net'],
    ['a@example.net'],
  ])('holds %s back', (address) => {
    expect(thrownBy(() => allowed.check(['a@example.org', address]))).toMatchObject({
      code: 'delivery.recipient_forbidden',
      transient: false,
    });
  });

  it('names domains and no person', () => {
    expect(() => allowed.check(['jane.doe@example.net', 'a@example.org'])).toThrow(
      '1 of 2 recipients are outside the allowed domains: example.net.',
    );
  });

  it.each(['', '*', '*.', 'a b', '@example.org'])('refuses the domain %j', (domain) => {
    expect(thrownBy(() => new AllowedDomains([domain]))).toMatchObject(invalid);
  });
});

it('lists each domain once, and five at most', () => {
  expect(listed(['a.org', 'b.org', 'a.org'])).toBe('a.org, b.org');
  expect(listed(['1.a', '2.a', '3.a', '4.a', '5.a', '6.a', '7.a'])).toBe('1.a, 2.a, 3.a, 4.a, 5.a and 2 more');
});
