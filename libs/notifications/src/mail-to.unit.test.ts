import { mailServerOf } from '#delivery-channels';
import { mailTo } from './mail-to';

const SETTINGS = { SMTP_URL: 'smtp://localhost', SMTP_FROM: 'reports@example.org', SMTP_TLS: 'on' } as const;

it('refuses an address that is none', () => {
  const server = mailServerOf(SETTINGS);
  expect(() => server && mailTo(server, 'nobody', null)).toThrow('is no e-mail address');
});
