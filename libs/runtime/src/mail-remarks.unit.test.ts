import { HealthChecks, type Settings } from '#platform';
import { remarkOnMail } from './mail-remarks';

const SMTP_URL = 'smtp://mail.example.org';

it.each<[string, Partial<Settings>, string[], number]>([
  ['without a mail server', {}, [expect.stringMatching(/^SMTP_URL is unset/) as string], 0],
  ['for all addresses', { SMTP_URL }, [expect.stringMatching(/^ALLOWED_RECIPIENT_DOMAINS is unset/) as string], 1],
  ['for some domains', { SMTP_URL, ALLOWED_RECIPIENT_DOMAINS: ['example.org'] }, [], 0],
])('of mail %s is remarked and warned as it needs', async (_what, settings, remarks, warnings) => {
  const health = new HealthChecks();
  const warn = jest.fn();
  remarkOnMail({ ...settings }, health, { warn });
  expect((await health.report()).remarks).toEqual(remarks);
  expect(warn).toHaveBeenCalledTimes(warnings);
});
