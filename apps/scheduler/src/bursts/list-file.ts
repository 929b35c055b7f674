import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ListRow, OutputFile } from '#domain';
import { FileStoreError, type FileStore } from '#file-store';
import { BurstFault } from './burst-fault';
import { jsonMembers } from './json-members';

/** In UTF-16 code units: a row is a recipient, and no document. */
const LONGEST_LINE = 1_000_000;

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Reads the rows of a list's file, which are JSON lines, and checks that the bytes are those that the job made. Its rows are not to be
 * used before it has come back.
 *
 * @throws BurstFault when the file is gone, is another one, or holds no JSON lines
 * @throws Error when the store cannot be reached
 */
export async function readListFile(
  fileStore: FileStore,
  file: OutputFile,
  onRow: (row: ListRow) => void,
): Promise<void> {
  const source = await opened(fileStore, file);
  let fault: BurstFault | null = null;
  const read = async (bytes: Bytes): Promise<void> => {
    for await (const line of linesOf(bytes)) {
      // What cannot be read may be so because the bytes were changed, which only their end tells.
      if (fault === null) fault = heard(line, file, onRow);
    }
  };
  const whole = (bytes: Bytes) => checked(bytes, file);
  try {
    if (file.mediaType === 'application/gzip') await pipeline(source, whole, createGunzip(), read);
    else await pipeline(source, whole, read);
  } catch (error) {
    throw isInflateError(error) ? changed(file) : error;
  }
  // Control flow analysis does not see what the closure assigns.
  const found = fault as BurstFault | null;
  if (found !== null) throw found;
}

async function opened(fileStore: FileStore, { key, name }: OutputFile): Promise<Readable> {
  try {
    return await fileStore.read(key);
  } catch (error) {
    if (!(error instanceof FileStoreError) || error.code !== 'file_store.missing') throw error;
    throw new BurstFault('burst.list_gone', `The list's file "${name}" is not there any more: run the schedule again.`);
  }
}

async function* checked(bytes: Bytes, file: OutputFile): Bytes {
  const hash = createHash('sha256');
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== file.sha256) throw changed(file);
}

/** Lines end with LF. One that is too long comes cut, and is none of JSON then. */
async function* linesOf(bytes: Bytes): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

function heard(line: string, { name }: OutputFile, onRow: (row: ListRow) => void): BurstFault | null {
  if (line.length > LONGEST_LINE) {
    return new BurstFault('burst.list_unreadable', `A line of the list's file "${name}" is too long.`);
  }
  try {
    onRow(jsonMembers(line));
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new BurstFault('burst.list_unreadable', `The list's file "${name}" holds no JSON lines.`);
  }
}

function changed({ name }: OutputFile): BurstFault {
  const message = `The list's file "${name}" is not the one that the job made: run the schedule again.`;
  return new BurstFault('burst.list_changed', message);
}

function isInflateError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}
