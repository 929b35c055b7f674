import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '#platform';

/** Writes a MiB, tells what came of it, and ends. */
const PROGRAM = `
  const { DiskFileStore } = require('./dist/libs/file-store/src/index.js');
  (async () => {
    const upload = await new DiskFileStore(process.argv[1]).create('jobs/a/1/large.csv');
    const failed = new Promise((resolve) => upload.stream.once('error', resolve));
    upload.stream.write(Buffer.alloc(1024 * 1024));
    const errors = [await failed, await upload.commit().catch((error) => error)];
    console.log(JSON.stringify(errors.map(({ name, code }) => ({ name, code }))));
  })();`;

it('says that the disk is full when the system takes no more, and leaves nothing behind', () => {
  const root = mkdtempSync(join(tmpdir(), 'full-'));
  try {
    // The system's own refusal: this process and its children may make no file larger than 64 KiB (blocks of 512 bytes).
    const shell = ['-c', 'ulimit -f 128 && exec "$0" "$@"', process.execPath, '-e', PROGRAM, root];
    const answer = execFileSync('sh', shell, { cwd: packageRoot(), encoding: 'utf8' });
    const full = { name: 'FileStoreError', code: 'file_store.full' };
    expect(JSON.parse(answer)).toEqual([full, full]);
    const left = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
