import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { FileStore, FileUpload } from '../file-store';

export interface StoreUnderTest {
  readonly store: FileStore;
  /** Gives back what the store occupies. */
  dispose(): Promise<void>;
}

/** What every file store must do, whatever it keeps files on. `make` gives an empty one for each test. */
export function fileStoreConformance(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`file store conformance: ${name}`, () => {
    let store: FileStore;
    let dispose: () => Promise<void>;

    beforeEach(async () => {
      const made = await make();
      store = made.store;
      dispose = () => made.dispose();
    });
    afterEach(() => dispose());

    const put = async (key: string, bytes: Buffer | string): Promise<void> => {
      const upload = await store.create(key);
      await write(upload, Buffer.from(bytes));
      await upload.commit();
    };
    const get = async (key: string, range?: { start: number; end?: number }): Promise<string> =>
      (await buffer(await store.read(key, range))).toString('latin1');

    it('gives back the bytes that were committed', async () => {
      const bytes = randomBytes(3_000_000);
      await put('jobs/a/1/report.csv', bytes);
      expect(await get('jobs/a/1/report.csv')).toBe(bytes.toString('latin1'));
      expect(await store.stat('jobs/a/1/report.csv')).toEqual({ bytes: 3_000_000 });
    });

    it('keeps an empty file', async () => {
      await put('empty', '');
      expect(await get('empty')).toBe('');
      expect(await store.stat('empty')).toEqual({ bytes: 0 });
    });

    it('shows nothing before the commit', async () => {
      const upload = await store.create('jobs/a/1/report.csv');
      await write(upload, Buffer.from('half'));
      expect(await store.stat('jobs/a/1/report.csv')).toBeNull();
      await expect(store.read('jobs/a/1/report.csv')).rejects.toMatchObject({ code: 'file_store.missing' });
      expect(await store.listFolders('')).toEqual([]);
      await upload.commit();
      expect(await get('jobs/a/1/report.csv')).toBe('half');
    });

    it('leaves nothing of an aborted upload, and keeps what was there', async () => {
      await put('a/file', 'old');
      const upload = await store.create('a/file');
      await write(upload, Buffer.from('new'));
      await upload.abort();
      await upload.abort();
      expect(await get('a/file')).toBe('old');
      await expect(upload.commit()).rejects.toMatchObject({ code: 'file_store.unavailable' });
      expect(await get('a/file')).toBe('old');
    });

    it('replaces a file as a whole', async () => {
      await put('a/file', 'a long first version');
      await put('a/file', 'second');
      expect(await get('a/file')).toBe('second');
    });

    it('keeps a committed file when abort comes late', async () => {
      const upload = await store.create('a/file');
      await write(upload, Buffer.from('kept'));
      await upload.commit();
      await upload.abort();
      expect(await get('a/file')).toBe('kept');
    });

    it('reads ranges with both ends inclusive', async () => {
      await put('digits', '0123456789');
      expect(await get('digits', { start: 2, end: 4 })).toBe('234');
      expect(await get('digits', { start: 7 })).toBe('789');
      expect(await get('digits', { start: 8, end: 99 })).toBe('89');
      expect(await get('digits', { start: 0, end: 0 })).toBe('0');
      expect(await get('digits', { start: 10 })).toBe('');
    });

    it('takes names in any script', async () => {
      await put('jobs/1/Verspätete Flüge – 東京.csv', 'x');
      expect(await get('jobs/1/Verspätete Flüge – 東京.csv')).toBe('x');
    });

    it('lists and removes folders', async () => {
      await put('jobs/b/1/x', '1');
      await put('jobs/a/1/x', '1');
      await put('jobs/a/2/x', '2');
      await put('jobs/file', 'no folder');
      expect(await store.listFolders('')).toEqual(['jobs']);
      expect(await store.listFolders('jobs')).toEqual(['a', 'b']);
      expect(await store.listFolders('jobs/a')).toEqual(['1', '2']);
      expect(await store.listFolders('nowhere')).toEqual([]);
      await store.removeFolder('jobs/a/1');
      await store.removeFolder('jobs/a/1');
      expect(await store.listFolders('jobs/a')).toEqual(['2']);
      expect(await store.stat('jobs/a/1/x')).toBeNull();
      expect(await get('jobs/a/2/x')).toBe('2');
    });

    it('removes a folder, never another that begins alike', async () => {
      await put('jobs/a/x', '1');
      await put('jobs/ab/x', '2');
      await store.removeFolder('jobs/a');
      expect(await store.listFolders('jobs')).toEqual(['ab']);
    });

    it.each([
      '',
      '.',
      '..',
      '../outside',
      'jobs/../../outside',
      'jobs/./x',
      '/etc/passwd',
      'jobs//x',
      'jobs/',
      'jobs\\x',
      'jobs/\0x',
      'jobs/x\n',
      'x'.repeat(256),
      'jobs/\ud800',
    ])('refuses the key %j', async (key) => {
      const refused = { name: 'FileStoreError', code: 'file_store.invalid_key' };
      await expect(store.create(key)).rejects.toMatchObject(refused);
      await expect(store.read(key)).rejects.toMatchObject(refused);
      await expect(store.stat(key)).rejects.toMatchObject(refused);
      await expect(store.removeFolder(key)).rejects.toMatchObject(refused);
      if (key !== '') await expect(store.listFolders(key)).rejects.toMatchObject(refused);
    });

    it('gives up uploads that nobody has written to for a while, and leaves alone the others', async () => {
      const upload = await store.create('jobs/a/x');
      await write(upload, Buffer.from('1'));
      expect(await store.removeAbandonedUploads(3_600_000)).toBe(0);
      await upload.commit();
      const abandoned = await store.create('jobs/b/x');
      expect(await store.removeAbandonedUploads(0)).toBe(1);
      await expect(abandoned.commit()).rejects.toMatchObject({ name: 'FileStoreError' });
      expect(await store.stat('jobs/b/x')).toBeNull();
      expect(await get('jobs/a/x')).toBe('1');
      expect(await store.removeAbandonedUploads(0)).toBe(0);
    });

    it('says when there is no such file', async () => {
      await expect(store.read('jobs/none')).rejects.toMatchObject({ code: 'file_store.missing' });
      expect(await store.stat('jobs/none')).toBeNull();
    });
  });
}

async function write(upload: FileUpload, bytes: Buffer): Promise<void> {
  if (bytes.length > 0 && !upload.stream.write(bytes)) await once(upload.stream, 'drain');
}
