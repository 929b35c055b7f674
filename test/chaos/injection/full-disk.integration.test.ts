import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import fileSystem from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskFileStore } from '#file-store';
import { limitDisk } from './full-disk';

let full = false;
let folder: string;
const real = { open: fileSystem.open, mkdir: fileSystem.mkdir };

beforeEach(() => {
  full = false;
  folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
  limitDisk(fileSystem, join(folder, 'files'), () => full);
});
afterEach(() => {
  Object.assign(fileSystem, real);
  rmSync(folder, { recursive: true });
});

async function store(bytes: string): Promise<void> {
  const upload = await new DiskFileStore(join(folder, 'files')).create('jobs/1/x');
  upload.stream.write(bytes);
  await upload.commit();
}

it('is met by the file store as a disk that is full', async () => {
  full = true;
  await expect(store('bytes')).rejects.toMatchObject({ code: 'file_store.full' });
  full = false;
  await store('bytes');
  expect(readFileSync(join(folder, 'files/jobs/1/x'), 'utf8')).toBe('bytes');
});

it('is met amid a file, too', async () => {
  const upload = await new DiskFileStore(join(folder, 'files')).create('jobs/1/x');
  upload.stream.write('some');
  full = true;
  await expect(upload.commit()).rejects.toMatchObject({ code: 'file_store.full' });
});

it('leaves other folders alone', async () => {
  full = true;
  await fileSystem.mkdir(join(folder, 'other'));
  await fileSystem.writeFile(join(folder, 'other/x'), 'bytes');
  const file = await fileSystem.open(join(folder, 'other/y'), 'w');
  await file.write('bytes');
  await file.close();
  expect(readFileSync(join(folder, 'other/y'), 'utf8')).toBe('bytes');
});
