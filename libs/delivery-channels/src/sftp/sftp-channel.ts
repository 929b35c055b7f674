import { posix } from 'node:path';
import type { DeliveryChannel, Parcel, Receipt } from '../delivery-channel';
import { DeliveryError, timedOut } from '../delivery-error';
import { openFile } from '../file-bytes';
import { namePattern, type NamePattern } from '../file-names';
import { checkParcel } from '../parcel-check';
import { timeLimit } from '../time-limit';
import { sftpError } from './sftp-errors';
import { checkSftpOptions, SFTP_LIMITS, type SftpOptions } from './sftp-options';
import { SftpSession } from './sftp-session';

/** How long a delivery that failed may take to remove what it began, in milliseconds. */
const CLEANUP_MS = 500;

interface Upload {
  readonly temporary: string;
  readonly path: string;
}

/**
 * Files in a folder, by SFTP version 3 (draft-ietf-secsh-filexfer-02). All are written under temporary names that begin with a full stop, and
 * get their own only when the last one is whole. The names belong to the delivery, so another attempt replaces what one left that lost
 * its connection.
 */
export class SftpChannel implements DeliveryChannel {
  readonly #options: SftpOptions;
  readonly #pattern: NamePattern;
  readonly #folder: string;

  /** @throws DeliveryError `delivery.options_invalid` */
  constructor(options: SftpOptions) {
    checkSftpOptions(options);
    this.#options = options;
    this.#pattern = namePattern(options.pattern ?? '{file}');
    this.#folder = posix.join(options.folder ?? '', '.').replace(/(?<=.)\/$/, '');
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Receipt> {
    checkParcel(parcel);
    const { host, limits } = this.#options;
    const names = this.#pattern.namesFor(parcel);
    const uploads = names.map((name, index) => {
      const path = posix.join(this.#folder, name);
      return { path, temporary: posix.join(posix.dirname(path), `.${parcel.deliveryId}-${index + 1}.part`) };
    });
    const limit = timeLimit(signal, limits?.wholeMs ?? SFTP_LIMITS.wholeMs, () => timedOut(host));
    const session = new SftpSession();
    const progress = { naming: false };
    const onAbort = (): void => void cleanUp(session, uploads);
    limit.signal.addEventListener('abort', onAbort, { once: true });
    try {
      limit.signal.throwIfAborted();
      await session.connect(this.#options);
      await this.#write(session, parcel, uploads, limit.signal);
      progress.naming = true;
      for (const { temporary, path } of uploads) await session.rename(temporary, path);
      return this.#receipt(parcel, names);
    } catch (error) {
      await cleanUp(session, uploads);
      throw limit.reason() ?? sftpError(error, { host, strangeKey: session.strangeKey, ...progress });
    } finally {
      limit.signal.removeEventListener('abort', onAbort);
      limit.end();
      session.close();
    }
  }

  async #write(session: SftpSession, parcel: Parcel, uploads: readonly Upload[], signal: AbortSignal): Promise<void> {
    for (const folder of foldersOf(uploads, this.#folder)) await session.makeFolder(folder);
    for (const [index, { temporary }] of uploads.entries()) {
      const file = parcel.files[index];
      if (file === undefined) continue;
      await session.write(temporary, (await openFile(file, signal)) as AsyncIterable<Buffer>);
      const size = await session.sizeOf(temporary);
      if (size === file.bytes) continue;
      const message = `${this.#options.host} holds ${size} bytes of "${file.name}" instead of ${file.bytes}.`;
      throw new DeliveryError('delivery.corrupted', message, true);
    }
  }

  #receipt(parcel: Parcel, names: readonly string[]): Receipt {
    const { host, port = 22 } = this.#options;
    const files = parcel.files.map(({ bytes }, index) => ({ name: names[index] ?? '', bytes, reference: null }));
    return {
      channel: 'sftp',
      destination: `sftp://${host}:${port}/${this.#folder.replace(/^\//, '')}`,
      answer: 'stored',
      reference: null,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      files,
    };
  }
}

/** Those between the channel's folder and the files, the outer ones first. */
function foldersOf(uploads: readonly Upload[], base: string): string[] {
  const folders = new Set<string>();
  for (const { path } of uploads) {
    for (let folder = posix.dirname(path); folder !== base; folder = posix.dirname(folder)) {
      folders.add(folder);
    }
  }
  return [...folders].sort((one, other) => one.length - other.length);
}

/** Removes temporary files as far as the server lets us in time, and drops the connection. */
async function cleanUp(session: SftpSession, uploads: readonly Upload[]): Promise<void> {
  const tooSlow = setTimeout(() => session.close(), CLEANUP_MS);
  try {
    await Promise.all(uploads.map(({ temporary }) => session.remove(temporary)));
  } catch {
    // Without a connection there is nothing to remove them with: the next attempt replaces them.
  } finally {
    clearTimeout(tooSlow);
    session.close();
  }
}
