import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection';
import type { CheckedEmailOptions } from './email-options';

// By require, since Jest knows no import().
const requireHere = createRequire(__filename);

/** One connection for one mail. Methods reject with what nodemailer says; `close` drops the connection at once. */
export class SmtpSession {
  readonly #connection: SMTPConnection;
  readonly #failed: Promise<never>;

  constructor(options: CheckedEmailOptions) {
    // Loaded by the first mail only.
    const Connection = requireHere('nodemailer/lib/smtp-connection') as typeof SMTPConnection;
    const { host, port, security, ca, limits } = options;
    this.#connection = new Connection({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
      dnsTimeout: limits.connectMs,
      connectionTimeout: limits.connectMs,
      greetingTimeout: limits.greetingMs,
      socketTimeout: limits.silenceMs,
      socketCloseTimeout: 0,
      logger: false,
    });
    this.#failed = new Promise<never>((_resolve, reject) => {
      this.#connection.on('error', reject);
      this.#connection.once('end', () => reject(new Error('closed')));
    });
    // It is always raced against, except once all is over.
    this.#failed.catch(() => undefined);
  }

  connect(): Promise<void> {
    return this.#step((done) => this.#connection.connect((error) => done(error ?? null, undefined)));
  }

  login(user: string, password: string): Promise<void> {
    return this.#step((done) =>
      this.#connection.login({ user, pass: password }, (error) => done(error ?? null, undefined)),
    );
  }

  send(envelope: { from: string; to: string[]; size: number }, message: Readable): Promise<SMTPConnectionSendInfo> {
    return this.#step((done) => this.#connection.send(envelope, message, done));
  }

  close(): void {
    this.#connection.close();
  }

  #step<T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
    const step = new Promise<T>((resolve, reject) => {
      start((error, value) => (error ? reject(error) : resolve(value)));
    });
    return Promise.race([step, this.#failed]);
  }
}
