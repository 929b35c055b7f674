import { foreignText, quoted } from './foreign-text';

it('is one line of 200 printable characters at most', () => {
  expect(foreignText('a\r\n\tb\u0000\u001b[31m\u202ec\u2028d')).toBe('a b [31m c d');
  expect(Array.from(foreignText('𝒳'.repeat(300)))).toHaveLength(200);
  expect(foreignText('x'.repeat(200))).toBe('x'.repeat(200));
  expect(foreignText('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
});

it.each([
  ['as it is', 'p4ss word/+', 'no: p4ss word/+ is wrong'],
  ['for a URL', 'p4ss word/+', 'no: p4ss%20word%2F%2B is wrong'],
  ['in base64', 'p4ss word/+', 'no: cDRzcyB3b3JkLys= is wrong'],
])('hides a secret %s', (_form, secret, text) => {
  expect(foreignText(text, [secret])).toMatch(/^no: \*\*\*=? is wrong$/);
});

it('hides a secret in another case, in which every character stands for itself', () => {
  const address = 'Jane.Doe+a{1}|b@example.org';
  expect(foreignText(`<${address.toLowerCase()}> is unknown`, [address])).toBe('<***> is unknown');
  expect(foreignText('JaneXDoe+a{1}|b@example.org', [address])).toBe('JaneXDoe+a{1}|b@example.org');
});

it('hides the longer of two secrets whole', () => {
  expect(foreignText('abcdefgh', ['abcd', 'abcdefgh'])).toBe('***');
});

it('hides a secret before it cuts', () => {
  expect(foreignText(`${'x'.repeat(196)}secret-77`, ['secret-77'])).toBe(`${'x'.repeat(196)}***`);
});

it('takes nothing of three characters for a secret', () => {
  expect(foreignText('the end', ['the', ''])).toBe('the end');
});

it('quotes what there is', () => {
  expect(quoted('no')).toBe(': it said "no"');
  expect(quoted(' \n')).toBe('');
});
