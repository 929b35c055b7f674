import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskFileStore } from './disk-file-store';
import { fileStoreConformance } from './testing';

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'file-store-'));

fileStoreConformance('disk', async () => {
  const root = await folder();
  return { store: new DiskFileStore(join(root, 'files')), dispose: () => rm(root, { recursive: true }) };
});

describe('DiskFileStore', () => {
  let root: string;
  beforeEach(async () => {
    root = await folder();
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('lets nobody else read its files', async () => {
    const upload = await new DiskFileStore(join(root, 'files')).create('jobs/1/x');
    await upload.commit();
    expect((await stat(join(root, 'files/jobs/1/x'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, 'files/jobs/1'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, 'files'))).mode & 0o777).toBe(0o700);
  });

  it('leaves no draft after commit or abort', async () => {
    const store = new DiskFileStore(root);
    const kept = await store.create('x');
    const dropped = await store.create('y');
    expect(await readdir(join(root, '.uploads'))).toHaveLength(2);
    await kept.commit();
    await dropped.abort();
    expect(await readdir(join(root, '.uploads'))).toEqual([]);
  });

  it('sweeps what a crash left', async () => {
    const store = new DiskFileStore(root);
    const uploads = [await store.create('x')];
    const [left = ''] = await readdir(join(root, '.uploads'));
    uploads.push(await store.create('y'));
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(root, '.uploads', left), anHourAgo, anHourAgo);
    expect(await store.removeAbandonedUploads(3_000_000)).toBe(1);
    const kept = await readdir(join(root, '.uploads'));
    expect(kept).toHaveLength(1);
    expect(kept).not.toContain(left);
    for (const upload of uploads) await upload.abort();
    await expect(store.create('.uploads/x')).rejects.toMatchObject({ code: 'file_store.invalid_key' });
  });

  it('tells a full disk apart', async () => {
    const upload = await new DiskFileStore(root).create('x');
    // A device that has room for nothing stands in for the draft's disk.
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    upload.stream.destroy(full);
    await expect(upload.commit()).rejects.toMatchObject({ code: 'file_store.full', transient: true });
    expect(await readdir(join(root, '.uploads'))).toEqual([]);
  });

  it('says that its folder cannot be used', async () => {
    await writeFile(join(root, 'taken'), 'a file where the folder should be');
    const error: unknown = await new DiskFileStore(join(root, 'taken')).create('x').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'FileStoreError' });
    expect((error as Error).message).not.toContain(root);
  });

  it('leaves nothing when the target is a folder', async () => {
    const store = new DiskFileStore(root);
    await mkdir(join(root, 'jobs/x/inner'), { recursive: true });
    const upload = await store.create('jobs/x');
    await expect(upload.commit()).rejects.toMatchObject({ name: 'FileStoreError' });
    expect(await readdir(join(root, '.uploads'))).toEqual([]);
    expect(await store.stat('jobs/x')).toBeNull();
  });
});
