import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { ListRow, OutputFile } from '#domain';
import { FileStoreError, type FileStore } from '#file-store';
import { readListFile } from './list-file';

const TEXT = '{"Mail":"jané@example.org","Late":9007199254740993}\n{"Mail":null,"Late":2}\n';

/** A store with one file, which comes in pieces that cut characters and lines. */
function storeOf(bytes: Buffer | Error, piece = 7): FileStore {
  const read = () => {
    if (bytes instanceof Error) return Promise.reject(bytes);
    const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) =>
      bytes.subarray(at * piece, (at + 1) * piece),
    );
    return Promise.resolve(Readable.from(pieces));
  };
  return { read } as Partial<FileStore> as FileStore;
}

function fileOf(bytes: Buffer, mediaType = 'application/jsonl'): OutputFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name: 'list', key: 'k', format: 'jsonl', mediaType, rows: 2, bytes: bytes.length, sha256, sheets: [] };
}

async function rowsOf(store: FileStore, file: OutputFile): Promise<object[]> {
  const rows: ListRow[] = [];
  await readListFile(store, file, (row) => rows.push(row));
  return rows.map((row) => Object.fromEntries(row));
}

const ROWS = [
  { Mail: 'jané@example.org', Late: '9007199254740993' },
  { Mail: null, Late: '2' },
];

it('reads the rows, whatever the pieces', async () => {
  const bytes = Buffer.from(TEXT);
  for (const piece of [1, 7, 1000]) expect(await rowsOf(storeOf(bytes, piece), fileOf(bytes))).toEqual(ROWS);
  expect(await rowsOf(storeOf(Buffer.from(TEXT.trim())), fileOf(Buffer.from(TEXT.trim())))).toEqual(ROWS);
});

it('reads what was compressed', async () => {
  const bytes = gzipSync(TEXT);
  expect(await rowsOf(storeOf(bytes), fileOf(bytes, 'application/gzip'))).toEqual(ROWS);
});

it('finds no row in no bytes', async () => {
  expect(await rowsOf(storeOf(Buffer.alloc(0)), fileOf(Buffer.alloc(0)))).toEqual([]);
});

const text = Buffer.from(TEXT);
const zipped = gzipSync(TEXT);
const broken = Buffer.from(zipped).fill(0xff, 12, 20);
it.each([
  ['that is another one', Buffer.from(TEXT.replace('2}', '3}')), fileOf(text), 'burst.list_changed'],
  ['that lost its end', text.subarray(0, 60), fileOf(text), 'burst.list_changed'],
  ['of which the compressed bytes were changed', broken, fileOf(zipped, 'application/gzip'), 'burst.list_changed'],
  ['with other lines', Buffer.from('a;b\n'), fileOf(Buffer.from('a;b\n')), 'burst.list_unreadable'],
  ['that is gone', new FileStoreError('file_store.missing', 'It is not there.'), fileOf(text), 'burst.list_gone'],
])('refuses a file %s', async (_what, bytes, file, code) => {
  await expect(rowsOf(storeOf(bytes), file)).rejects.toMatchObject({ name: 'BurstFault', code });
});

it('refuses a line as long as a book', async () => {
  const bytes = Buffer.from(`{"a":"${'x'.repeat(1_100_000)}"}\n`);
  await expect(rowsOf(storeOf(bytes, 300_000), fileOf(bytes))).rejects.toMatchObject({ code: 'burst.list_unreadable' });
});

it('is no fault of the list when the store cannot be reached', async () => {
  const unavailable = new FileStoreError('file_store.unavailable', 'It does not answer.');
  await expect(rowsOf(storeOf(unavailable), fileOf(text))).rejects.toBe(unavailable);
});
