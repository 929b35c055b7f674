import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';
import type { Parcel, ParcelFile } from '../delivery-channel';

export function parcelOf(files: readonly ParcelFile[], more: Partial<Parcel> = {}): Parcel {
  return {
    deliveryId: '5a0e4c1c-7b1f-4a5e-9d57-7a1f6d1f0a11',
    attempt: 1,
    event: 'report.completed',
    jobId: 'c3f1f4ce-0a0b-4f0e-8b6e-2f6c3a7c9d22',
    templateName: 'Verspätete Flüge',
    reportDate: '2026-11-26',
    subject: 'Verspätete Flüge – 遅延便',
    text: 'Your report is ready.\n.\nA full stop alone in a line ends no mail.\n',
    html: '<p>Your report is ready: 1 &lt; 2.</p>',
    files,
    link: { url: 'https://reports.example.org/r/1?token=link-token', expiresAt: new Date('2026-12-03T00:00:00Z') },
    ...more,
  };
}

export function fileOf(name: string, content: string | Buffer, mediaType = 'text/csv; charset=utf-8'): ParcelFile {
  const bytes = Buffer.from(content);
  return fileFrom(
    name,
    () => Readable.from([bytes], { objectMode: false }),
    bytes.length,
    sha256Of([bytes]),
    mediaType,
  );
}

const BLOCK_BYTES = 65_536;

/** Made while it is read, each block another one. */
export function largeFile(
  name: string,
  blocks: number,
  onBlock: (index: number) => void = () => undefined,
): ParcelFile {
  const content = function* (): Generator<Buffer> {
    for (let index = 0; index < blocks; index += 1) {
      onBlock(index);
      yield blockOf(index);
    }
  };
  const hash = sha256Of(
    Array.from({ length: blocks }, (_, index) => index),
    blockOf,
  );
  return fileFrom(name, () => Readable.from(content(), { objectMode: false }), blocks * BLOCK_BYTES, hash);
}

/** A file that comes to a halt behind its first blocks, and tells when these have been taken. */
export function haltingFile(
  name: string,
  blocks: number,
): { readonly file: ParcelFile; readonly halted: Promise<unknown> } {
  const halt = new EventEmitter();
  const content = async function* (): AsyncGenerator<Buffer> {
    for (let index = 0; index < blocks; index += 1) yield blockOf(index);
    halt.emit('halted');
    await new Promise(() => undefined);
  };
  const whole = largeFile(name, blocks + 1);
  return {
    file: { ...whole, open: () => Promise.resolve(Readable.from(content(), { objectMode: false })) },
    halted: once(halt, 'halted'),
  };
}

/** A file whose source fails behind its first blocks. */
export function breakingFile(name: string, blocks: number): ParcelFile {
  const content = function* (): Generator<Buffer> {
    for (let index = 0; index < blocks; index += 1) yield blockOf(index);
    throw new Error('the disk is gone');
  };
  return {
    ...largeFile(name, blocks + 1),
    open: () => Promise.resolve(Readable.from(content(), { objectMode: false })),
  };
}

function fileFrom(
  name: string,
  open: () => Readable,
  bytes: number,
  sha256: string,
  mediaType = 'application/octet-stream',
): ParcelFile {
  const url = `https://reports.example.org/f/${encodeURIComponent(name.toWellFormed())}?token=file-token`;
  return { name, mediaType, bytes, sha256, url, open: () => Promise.resolve(open()) };
}

const blockOf = (index: number): Buffer => Buffer.alloc(BLOCK_BYTES, `${index} of the blocks.\r\n`);

function sha256Of(blocks: readonly Buffer[]): string;
function sha256Of<T>(blocks: readonly T[], bytesOf: (block: T) => Buffer): string;
function sha256Of<T>(blocks: readonly T[], bytesOf: (block: T) => Buffer = (block) => block as Buffer): string {
  const hash = createHash('sha256');
  for (const block of blocks) hash.update(bytesOf(block));
  return hash.digest('hex');
}
