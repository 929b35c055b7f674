import { channelConformance, type ChannelUnderTest } from '../testing';
import { hasPython, startSmtpSink } from '../testing/smtp-sink';
import { unusedPort } from '../testing/unused-port';
import { EmailChannel } from './email-channel';
import type { EmailOptions } from './email-options';

const PASSWORD = 'smtp-password-55';

async function make(): Promise<ChannelUnderTest> {
  const sink = await startSmtpSink({
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      password === PASSWORD ? done(null, { user: username }) : done(new Error(`535 no: ${username} ${password}`)),
  });
  const options: EmailOptions = {
    host: 'localhost',
    port: sink.port,
    security: 'starttls',
    ca: sink.ca,
    auth: { user: 'reports-user', password: PASSWORD },
    from: { name: 'Reports', address: 'reports@example.org' },
    to: [{ name: 'Jane', address: 'jane.doe@example.org' }],
    bcc: [{ address: 'audit.person@example.org' }],
    // Above the largest file of the suite.
    attachmentLimit: 64_000_000,
  };
  return {
    channel: new EmailChannel(options),
    away: new EmailChannel({ ...options, port: await unusedPort() }),
    refused: new EmailChannel({ ...options, auth: { user: 'reports-user', password: 'wrong-password-56' } }),
    secrets: [PASSWORD, 'wrong-password-56', 'reports-user', 'jane.doe', 'audit.person'],
    arrived: () => Promise.resolve(sink.mails().flatMap(({ attachments }) => attachments)),
    texts: () => Promise.resolve(sink.mails().map(({ text }) => text)),
    identities: () =>
      Promise.resolve(sink.mails().map(({ headers }) => headers.find(([name]) => name === 'message-id')?.[1] ?? '')),
    leftovers: () => Promise.resolve([]),
    dispose: () => sink.close(),
  };
}

if (hasPython()) channelConformance('e-mail', { carries: 'files' }, make);
else {
  process.stderr.write('NO MAIL WAS READ: python3 is not in the PATH.\n');
  it.skip('delivery channel conformance: e-mail', () => undefined);
}
