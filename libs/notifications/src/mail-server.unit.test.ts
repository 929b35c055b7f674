import { mailServerOf, mailTo } from './mail-server';

const of = (SMTP_URL: string, MAIL_FROM = 'reports@example.org') => mailServerOf({ SMTP_URL, MAIL_FROM });

it('is none unless the settings name one', () => {
  expect(mailServerOf({})).toBeNull();
  expect(mailServerOf({ MAIL_FROM: 'reports@example.org' })).toBeNull();
});
it.each([
  ['smtps://mail.example.org', { port: 465, security: 'tls' }],
  ['smtp://mail.example.org', { port: 587, security: 'starttls' }],
  ['smtp://mail.example.org:25?security=none', { port: 25, security: 'none' }],
])('%s speaks as it should', (url, expected) => {
  expect(of(url)).toMatchObject({ host: 'mail.example.org', ...expected });
  expect(of(url)).not.toHaveProperty('auth');
});
it('signs in by what is written for URLs', () => {
  expect(of('smtps://an%40a:p%2Fw%3A@mail.example.org')?.auth).toEqual({ user: 'an@a', password: 'p/w:' });
});
it.each([
  ['reports@example.org', { address: 'reports@example.org' }],
  ['Reports of Acme <reports@example.org>', { name: 'Reports of Acme', address: 'reports@example.org' }],
  ['<reports@example.org>', { name: '', address: 'reports@example.org' }],
])('mails are from %s', (from, mailbox) => expect(of('smtp://localhost', from)?.from).toEqual(mailbox));
it('refuses an address that is none', () => {
  const server = of('smtp://localhost');
  expect(() => server && mailTo(server, 'nobody', null)).toThrow('is no e-mail address');
});
