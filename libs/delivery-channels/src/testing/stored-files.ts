import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArrivedFile } from './channel-conformance';

/** Every file below a folder, by its path from there. */
export async function storedFiles(folder: string): Promise<ArrivedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const hash = createHash('sha256');
        await pipeline(createReadStream(path), hash);
        return { name: relative(folder, path), bytes: (await stat(path)).size, sha256: hash.digest('hex') };
      }),
  );
}
