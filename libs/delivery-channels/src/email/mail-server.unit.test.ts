import { thrownBy } from '../testing/thrown';
import { mailServerOf } from './mail-server';

const SMTP_FROM = 'Reports <reports@Example.org>';

it.each([
  ['smtp://mail.example.org', 'on', { host: 'mail.example.org', port: 587, security: 'starttls' }],
  ['smtps://mail.example.org', 'on', { port: 465, security: 'tls' }],
  ['smtp://127.0.0.1:2525', 'off', { host: '127.0.0.1', port: 2525, security: 'none' }],
  ['smtp://[::1]:25', 'off', { host: '::1', port: 25 }],
  ['smtp://r%40example.org:p%2Fw@mail.example.org', 'on', { auth: { user: 'r@example.org', password: 'p/w' } }],
] as const)('reads %s', (SMTP_URL, SMTP_TLS, expected) => {
  expect(mailServerOf({ SMTP_URL, SMTP_FROM, SMTP_TLS })).toMatchObject(expected);
});

it('is none unless the settings name one', () => {
  expect(mailServerOf({ SMTP_TLS: 'on' })).toBeNull();
  expect(mailServerOf({ SMTP_TLS: 'on', SMTP_URL: 'smtp://h' })).toBeNull();
});

it('signs in, and limits recipients, only where it is told to', () => {
  const plain = mailServerOf({ SMTP_URL: 'smtp://h', SMTP_FROM, SMTP_TLS: 'on' });
  expect(plain).not.toHaveProperty('auth');
  expect(plain).not.toHaveProperty('allowedRecipientDomains');
  const domains = ['example.org'];
  expect(
    mailServerOf({ SMTP_URL: 'smtp://h', SMTP_FROM, SMTP_TLS: 'on', ALLOWED_RECIPIENT_DOMAINS: domains }),
  ).toMatchObject({ allowedRecipientDomains: domains });
});

it('reads whom mails are from', () => {
  const fromOf = (text: string) => mailServerOf({ SMTP_URL: 'smtp://h', SMTP_FROM: text, SMTP_TLS: 'on' })?.from;
  expect(fromOf(SMTP_FROM)).toEqual({ name: 'Reports', address: 'reports@example.org' });
  expect(fromOf('reports@example.org')).toEqual({ name: '', address: 'reports@example.org' });
  expect(thrownBy(() => fromOf('reports'))).toMatchObject({ code: 'delivery.options_invalid' });
});

it.each([
  ['a password in clear', 'smtp://u:p@mail.example.org'],
  ['TLS without TLS', 'smtps://mail.example.org'],
])('refuses %s', (_what, SMTP_URL) => {
  const read = () => mailServerOf({ SMTP_URL, SMTP_FROM, SMTP_TLS: 'off' });
  expect(thrownBy(read)).toMatchObject({ code: 'delivery.options_invalid' });
});
