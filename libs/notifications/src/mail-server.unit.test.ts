import { mailServerOf, mailTo } from './mail-server';

const of = (SMTP_URL: string, SMTP_FROM = 'reports@example.org', SMTP_TLS: 'on' | 'off' = 'on') =>
  mailServerOf({ SMTP_URL, SMTP_FROM, SMTP_TLS });

it('is none unless the settings name one', () => {
  expect(mailServerOf({ SMTP_TLS: 'on' })).toBeNull();
});
it.each([
  ['smtps://mail.example.org', { port: 465, security: 'tls' }],
  ['smtp://mail.example.org', { port: 587, security: 'starttls' }],
])('%s speaks as it should', (url, expected) => {
  expect(of(url)).toMatchObject({ host: 'mail.example.org', ...expected });
  expect(of(url)).not.toHaveProperty('auth');
});
it('speaks in clear where it is told to', () =>
  expect(of('smtp://[::1]:25', 'a@example.org', 'off')).toMatchObject({ host: '::1', port: 25, security: 'none' }));
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
