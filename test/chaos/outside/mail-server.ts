import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import type { ReceivedMail } from '../proof/check-notices';
import type { Moods } from './mood';

/** SMTP: no time now (RFC 5321, 4.2.2), and the code after which the connection is closed. */
const BUSY = { refuses: 451, hangs_up: 421 } as const;

/** A mail server in the suite's own process, which keeps the Message-ID and the recipient of what it has taken. */
export class MailServer {
  readonly #server: SMTPServer;
  readonly #mails: ReceivedMail[] = [];

  private constructor(moods: Moods) {
    this.#server = new SMTPServer({
      authOptional: true,
      disableReverseLookup: true,
      hideSTARTTLS: true,
      closeTimeout: 1,
      onMailFrom: (_address, _session, done) => {
        const mood = moods.current;
        if (mood === null) done();
        else if (mood.kind === 'slow') void delay(mood.delayMs).then(() => done());
        else done(Object.assign(new Error('no time'), { responseCode: BUSY[mood.kind] }));
      },
      onData: (stream, session, done) => {
        let text = '';
        stream.setEncoding('latin1');
        stream.on('data', (chunk: string) => (text += chunk));
        stream.once('end', () => {
          const messageId = /^Message-ID: *(<[^>]+>)/im.exec(text)?.[1] ?? '';
          // Kept before it is said, as with webhooks.
          for (const { address } of session.envelope.rcptTo) this.#mails.push({ messageId, to: address });
          done(null, '2.0.0 OK');
        });
      },
    });
    // Connections that break are what this is for.
    this.#server.on('error', () => undefined);
  }

  static async open(moods: Moods): Promise<MailServer> {
    const mails = new MailServer(moods);
    await new Promise<void>((resolve) => mails.#server.listen(0, '127.0.0.1', () => resolve()));
    return mails;
  }

  /** As the setting `SMTP_URL`. */
  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  get mails(): readonly ReceivedMail[] {
    return this.#mails;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
