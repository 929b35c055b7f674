import { createHash, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as Ssh2 from 'ssh2';
import type { Client, ConnectConfig, SFTPWrapper } from 'ssh2';
import { keyUnreadable } from './sftp-errors';
import { SFTP_LIMITS, type SftpOptions } from './sftp-options';

// By require, since Jest knows no import().
const requireHere = createRequire(__filename);

/** A server that says nothing so many times is given up. */
const SILENCES = 3;
/** Of the chunks that a file is read in, which are 64 KiB as a rule. */
const WRITES_UNDER_WAY = 16;

/** One connection. Methods reject with what ssh2 says, and all of them as soon as the connection breaks. */
export class SftpSession {
  /** The fingerprint of a host key that is not pinned, for which the connection was given up. */
  strangeKey: string | null = null;
  readonly #client: Client;
  readonly #broken: Promise<never>;
  #sftp: SFTPWrapper | undefined;

  constructor() {
    // Loaded by the first delivery only.
    const { Client: SshClient } = requireHere('ssh2') as typeof Ssh2;
    this.#client = new SshClient();
    this.#broken = new Promise<never>((_resolve, reject) => {
      this.#client.on('error', reject);
      this.#client.once('close', () => reject(new Error('closed')));
    });
    // It is always raced against, except once all is over.
    this.#broken.catch(() => undefined);
  }

  async connect(options: SftpOptions): Promise<void> {
    const { password } = options;
    this.#client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) =>
      answer(password === undefined ? [] : prompts.map(() => password)),
    );
    const ready = new Promise<void>((resolve) => this.#client.once('ready', () => resolve()));
    this.#start(options);
    // Short requests that each wait for an answer: put together they would wait 40 ms for nothing each time.
    this.#client.setNoDelay(true);
    await Promise.race([ready, this.#broken]);
    this.#sftp = await this.#call<SFTPWrapper>((done) => this.#client.sftp((error, sftp) => done(error, sftp)));
  }

  /** Makes a file of the chunks, in place of what may be there. Where they break off, what has come stays. */
  async write(path: string, content: AsyncIterable<Buffer>): Promise<void> {
    const handle = await this.#call<Buffer>((done) => this.#open().open(path, 'w', done));
    const close = (): Promise<undefined> =>
      this.#call<undefined>((done) => this.#open().close(handle, (error) => done(error, undefined)));
    try {
      await this.#writeChunks(handle, content);
    } catch (error) {
      close().catch(() => undefined);
      throw error;
    }
    await close();
  }

  /** Many writes are under way at once, since each answer takes a journey there and back. A failed one is met by the next. */
  async #writeChunks(handle: Buffer, content: AsyncIterable<Buffer>): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let position = 0;
    for await (const chunk of content) {
      if (underWay.size >= WRITES_UNDER_WAY) await Promise.race(underWay);
      const at = position;
      const writing: Promise<void> = this.#call<undefined>((done) =>
        this.#open().write(handle, chunk, 0, chunk.length, at, (error) => done(error, undefined)),
      ).then(() => void underWay.delete(writing));
      writing.catch(() => undefined);
      underWay.add(writing);
      position += chunk.length;
    }
    await Promise.all(underWay);
  }

  /** In bytes. */
  async sizeOf(path: string): Promise<number> {
    const stats = await this.#call<Ssh2.Stats>((done) => this.#open().stat(path, done));
    return stats.size;
  }

  /** In place of what may be there: at once, where the server can (`posix-rename@openssh.com`). */
  async rename(from: string, to: string): Promise<void> {
    try {
      await this.#call<undefined>((done) =>
        this.#open().ext_openssh_rename(from, to, (error) => done(error, undefined)),
      );
      return;
    } catch (error) {
      // ssh2 throws this by itself where the server has no such request; version 3 has none that replaces.
      if (!(error instanceof Error) || !error.message.includes('does not support')) throw error;
    }
    await this.remove(to);
    await this.#call<undefined>((done) => this.#open().rename(from, to, (error) => done(error, undefined)));
  }

  /** Whether it was there does not matter. */
  async remove(path: string): Promise<void> {
    await this.#or(new Promise<void>((resolve) => this.#open().unlink(path, () => resolve())));
  }

  /** Whether it is there already does not matter; what cannot be made is missed by what follows. */
  async makeFolder(path: string): Promise<void> {
    await this.#or(new Promise<void>((resolve) => this.#open().mkdir(path, () => resolve())));
  }

  /** Drops the connection at once. */
  close(): void {
    this.#client.destroy();
  }

  #start(options: SftpOptions): void {
    const { host, port = 22, user, password, privateKey, passphrase, hostKeys } = options;
    const limits = { ...SFTP_LIMITS, ...options.limits };
    const config: ConnectConfig = {
      host,
      port,
      username: user,
      ...(password === undefined ? {} : { password, tryKeyboard: true }),
      ...(privateKey === undefined ? {} : { privateKey }),
      ...(passphrase === undefined ? {} : { passphrase }),
      readyTimeout: limits.connectMs,
      keepaliveInterval: limits.silenceMs,
      keepaliveCountMax: SILENCES,
      hostVerifier: (key: Buffer) => {
        const shown = fingerprintOf(key);
        const known = hostKeys.some((pinned) => isSame(pinned, shown));
        if (!known) this.strangeKey = shown;
        return known;
      },
    };
    try {
      this.#client.connect(config);
    } catch {
      // All that ssh2 checks before it connects is the key.
      throw keyUnreadable();
    }
  }

  #open(): SFTPWrapper {
    if (this.#sftp === undefined) throw new Error('not connected');
    return this.#sftp;
  }

  #call<T>(start: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> {
    return this.#or(
      new Promise<T>((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value)))),
    );
  }

  #or<T>(pending: Promise<T>): Promise<T> {
    return Promise.race([pending, this.#broken]);
  }
}

/** As `ssh-keygen -l` shows it. @see https://datatracker.ietf.org/doc/html/rfc4253#section-6.6 for the key's bytes */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

function isSame(pinned: string, shown: string): boolean {
  const [one, other] = [Buffer.from(pinned.replace(/=+$/, '')), Buffer.from(shown)];
  return one.length === other.length && timingSafeEqual(one, other);
}
