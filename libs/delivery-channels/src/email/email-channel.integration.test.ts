import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileOf, parcelOf } from '../testing';
import { hasPython, startSmtpSink, type SmtpSink } from '../testing/smtp-sink';
import { thrownBy } from '../testing/thrown';
import { EmailChannel } from './email-channel';
import type { EmailLimits, EmailOptions } from './email-options';

const never = new AbortController().signal;
const parcel = parcelOf([fileOf('a.csv', 'a;b\r\n')]);
const options = (port: number, more: Partial<EmailOptions> = {}): EmailOptions => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  from: { name: 'Reports', address: 'reports@example.org' },
  to: [{ name: 'Jane', address: 'jane.doe@example.org' }],
  ...more,
});

if (!hasPython()) process.stderr.write('NO MAIL WAS READ: python3 is not in the PATH.\n');
(hasPython() ? describe : describe.skip)('a mail, read by Python', () => {
  let sink: SmtpSink;
  beforeEach(async () => {
    sink = await startSmtpSink();
  });
  afterEach(() => sink.close());
  const sent = async (more: Partial<EmailOptions> = {}, what = parcel) => {
    const receipt = await new EmailChannel(options(sink.port, more)).send(what, never);
    const mail = sink.mails()[0]!;
    return { receipt, mail, headers: new Map(mail.headers) };
  };

  it('has its headers, and hides who gets a blind copy', async () => {
    const { receipt, mail, headers } = await sent({
      replyTo: { address: 'help@example.org' },
      cc: [{ address: 'cc@example.net' }],
      bcc: [{ address: 'blind@example.com' }],
      unsubscribeUrl: 'https://reports.example.org/u?t=1',
    });
    expect(Object.fromEntries(headers)).toMatchObject({
      from: 'Reports <reports@example.org>',
      to: 'Jane <jane.doe@example.org>',
      cc: 'cc@example.net',
      'reply-to': 'help@example.org',
      subject: 'Verspätete Flüge – 遅延便',
      'message-id': '<5a0e4c1c-7b1f-4a5e-9d57-7a1f6d1f0a11@example.org>',
      'list-unsubscribe': '<https://reports.example.org/u?t=1>',
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
    });
    expect(headers.has('bcc')).toBe(false);
    expect(mail.envelope.to).toEqual(['jane.doe@example.org', 'cc@example.net', 'blind@example.com']);
    expect(mail.defects).toEqual([]);
    expect(receipt).toMatchObject({
      destination: '3 recipients at example.org, example.net, example.com',
      reference: '<5a0e4c1c-7b1f-4a5e-9d57-7a1f6d1f0a11@example.org>',
    });
  });

  it('lets no line break make a header', async () => {
    const { mail, headers } = await sent(
      { from: { name: 'R\r\nX-Evil: 1', address: 'reports@example.org' } },
      parcelOf([fileOf('a\r\nX-Evil: 2.csv', 'x')], { subject: 'S\r\nX-Evil: 3\r\n\r\nbody' }),
    );
    expect(headers.has('x-evil')).toBe(false);
    expect(headers.get('subject')).toBe('S X-Evil: 3 body');
    expect(mail.attachments.map(({ name }) => name)).toEqual(['a X-Evil: 2.csv']);
  });

  it('has the link instead of attachments above the limit, and is never empty', async () => {
    const { receipt, mail } = await sent({ attachmentLimit: 77 });
    expect(mail.attachments).toEqual([]);
    expect(mail.text).toContain('token=link-token');
    expect(mail.html).toContain('href="https://reports.example.org/r/1?token=link-token"');
    expect(receipt).toMatchObject({ bytes: 0, files: [] });
  });

  it('attaches up to the limit exactly', async () => {
    expect((await sent({ attachmentLimit: 78 })).mail.attachments).toHaveLength(1);
  });

  it('has a text even where the parcel has none', async () => {
    const { mail } = await sent({}, parcelOf([], { text: ' ', html: '' }));
    expect(mail.text).toContain('Verspätete Flüge');
    expect(mail.text).toContain('token=link-token');
    expect(mail.html).toBeNull();
  });

  it('goes to no recipient outside the allowed domains, and nobody is called', async () => {
    await expect(
      new EmailChannel(options(1, { allowedRecipientDomains: ['example.net'] })).send(parcel, never),
    ).rejects.toMatchObject({ code: 'delivery.recipient_forbidden', transient: false });
  });

  it.each(['starttls', 'tls'] as const)(
    'goes by %s only to a server with a certificate that is trusted',
    async (security) => {
      const server = await startSmtpSink({ secure: security === 'tls' });
      try {
        const secured = options(server.port, { security, host: 'localhost' });
        await expect(new EmailChannel(secured).send(parcel, never)).rejects.toMatchObject({
          code: 'delivery.tls_failed',
          transient: false,
        });
        expect(server.mails()).toEqual([]);
        await new EmailChannel({ ...secured, ca: server.ca }).send(parcel, never);
        expect(server.mails()).toMatchObject([{ secure: true }]);
      } finally {
        await server.close();
      }
    },
  );
});

describe('an SMTP server', () => {
  const open: { server: Server; sockets: Set<Socket> }[] = [];
  afterEach(async () => {
    for (const { server, sockets } of open.splice(0)) {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    }
  });

  type Reply = string | null | ((socket: Socket) => void);
  /** Answers each command by its first word, the end of the message by `.`; null says nothing. */
  async function serverWith(replies: Record<string, Reply>): Promise<number> {
    const all: Record<string, Reply> = {
      CONN: '220 hi',
      EHLO: '250 hi',
      MAIL: '250 ok',
      RCPT: '250 ok',
      DATA: '354 go',
      '.': '250 ok',
      ...replies,
    };
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      const say = (word: string, line: string): void => {
        const reply = all[line] ?? all[word] ?? null;
        if (typeof reply === 'function') reply(socket);
        else if (reply !== null) socket.write(`${reply}\r\n`);
      };
      let buffered = '';
      let data = false;
      socket.on('data', (chunk) => {
        buffered += chunk.toString('latin1');
        for (let end = buffered.indexOf('\r\n'); end >= 0; end = buffered.indexOf('\r\n')) {
          const line = buffered.slice(0, end);
          buffered = buffered.slice(end + 2);
          if (data && line !== '.') continue;
          data = line === 'DATA';
          say(line.split(/[ :]/)[0] ?? '', line);
        }
      });
      say('CONN', 'CONN');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ server, sockets });
    return (server.address() as AddressInfo).port;
  }
  const failing = async (replies: Record<string, Reply>, more: Partial<EmailOptions> = {}): Promise<unknown> =>
    await new EmailChannel(options(await serverWith(replies), more))
      .send(parcel, never)
      .catch((error: unknown) => error);

  const drop = (socket: Socket): void => void socket.destroy();
  const two = { to: [{ address: 'a@example.org' }, { address: 'b@example.org' }] };

  it.each<[string, Record<string, Reply>, Record<string, unknown>]>([
    ['takes the mail and drops the connection', { '.': drop }, { code: 'delivery.unconfirmed', transient: true }],
    ['drops the connection before the mail', { DATA: drop }, { code: 'delivery.unreachable', transient: true }],
    ['drops the connection at once', { CONN: drop }, { code: 'delivery.unreachable', transient: true }],
    ['is busy', { CONN: '421 later' }, { code: 'delivery.busy', transient: true }],
    ['puts recipients off', { RCPT: '450 greylisted' }, { code: 'delivery.busy', transient: true }],
    ['knows no recipient', { RCPT: '550 no' }, { code: 'delivery.recipients_refused', transient: false }],
    ['does not like the sender', { MAIL: '550 no' }, { code: 'delivery.refused', transient: false }],
    ['does not like the mail', { '.': '554 spam' }, { code: 'delivery.refused', transient: false }],
    ['finds the mail too large', { '.': '552 too large' }, { code: 'delivery.too_large', transient: false }],
    ['wants a sign-in', { MAIL: '530 sign in' }, { code: 'delivery.sign_in_refused', transient: false }],
  ])('that %s', async (_what, replies, expected) => {
    expect(await failing(replies)).toMatchObject(expected);
  });

  it('that refuses some recipients is not taken for one that took all', async () => {
    expect(await failing({ 'RCPT TO:<b@example.org>': '550 unknown user b@example.org' }, two)).toMatchObject({
      code: 'delivery.recipients_refused',
      message:
        '127.0.0.1 refused 1 of 2 recipients (number 2 at example.org): it said "550 unknown user ***". The others have the mail.',
      transient: false,
    });
  });

  // The last of each must not be met before the mail is sent, on a slow machine either.
  it.each<[string, Record<string, Reply>, string, Partial<EmailLimits>]>([
    ['never greets', { CONN: null }, 'delivery.timeout', { greetingMs: 100 }],
    ['falls silent at a command', { MAIL: null }, 'delivery.timeout', { silenceMs: 100 }],
    ['never answers the mail', { '.': null }, 'delivery.unconfirmed', { silenceMs: 1_000 }],
  ])('that %s is waited for no longer than allowed', async (_what, replies, code, limits) => {
    expect(await failing(replies, { limits })).toMatchObject({ code, transient: true });
  });

  it('that is slow altogether is given up', async () => {
    expect(await failing({ MAIL: null }, { limits: { wholeMs: 100 } })).toMatchObject({ code: 'delivery.timeout' });
    expect(await failing({ '.': null }, { limits: { wholeMs: 1_000 } })).toMatchObject({
      code: 'delivery.unconfirmed',
    });
  });

  it('that offers no STARTTLS gets neither password nor mail', async () => {
    const auth = { user: 'u', password: 'p'.repeat(8) };
    expect(await failing({ STARTTLS: '502 no' }, { security: 'starttls', auth })).toMatchObject({
      code: 'delivery.tls_failed',
      transient: false,
    });
  });
});

it.each<[string, Partial<EmailOptions>]>([
  ['no recipient', { to: [] }],
  ['a password in clear', { auth: { user: 'u', password: 'p' } }],
  ['an address with a line break', { to: [{ address: 'a@example.org\r\nDATA' }] }],
  ['an address to unsubscribe at that is not https', { unsubscribeUrl: 'http://example.org/' }],
])('refuses %s', (_what, more) => {
  expect(thrownBy(() => new EmailChannel(options(1, more)))).toMatchObject({ code: 'delivery.options_invalid' });
});
