import { mailServerOf } from '#delivery-channels';
import { mailTo } from './mail-to';

const SETTINGS = { SMTP_URL: 'smtp://localhost', SMTP_FROM: 'reports@example.org', SMTP_TLS: 'on' } as const;

it.each(['nobody', `${'x'.repeat(65)}@example.org`])(
  'refuses an address that is none and does not repeat it: %s',
  (address) => {
    const server = mailServerOf(SETTINGS);
    expect(() => server && mailTo(server, address, null)).toThrow(
      /^What is set as the address of the person is no e-mail address\.$/,
    );
  },
);
