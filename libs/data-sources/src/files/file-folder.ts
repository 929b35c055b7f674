import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { DataSourceError, type RelationName } from '../data-source';

/** The one schema that files stand in. */
export const FILES_SCHEMA = 'files';

/** Folders below each other, and files in all, that are looked at. */
const MOST_LEVELS = 8;
const MOST_FILES = 1000;

const FORMATS = { csv: /\.csv$/i, parquet: /\.parquet$/i } as const;
export type FileFormat = keyof typeof FORMATS;

export interface DataFile {
  /** Below the data source's folder, parts apart by `/`. */
  readonly name: string;
  /** As the operating system has it, symbolic links resolved. */
  readonly path: string;
  readonly format: FileFormat;
}

/** The CSV and Parquet files of one folder below the root. Whatever a symbolic link leads out of it does not exist here. */
export class FileFolder {
  /** @param root of all file sources; @param folder below it, parts apart by `/` */
  constructor(
    private readonly root: string,
    private readonly folder: string,
  ) {}

  /** The folder's real path. Throws `data_source.unreachable` when it is not there, or lies outside of the root. */
  async open(): Promise<string> {
    try {
      const [root, folder] = [await realpath(this.root), await realpath(join(this.root, this.folder))];
      if (isWithin(folder, root) && (await stat(folder)).isDirectory()) return folder;
    } catch (cause) {
      throw gone(cause);
    }
    throw gone();
  }

  /** By name; the first 1,000. Throws `data_source.unreachable`. */
  async list(): Promise<DataFile[]> {
    const base = await this.open();
    const found: DataFile[] = [];
    await collect(base, '', MOST_LEVELS, found);
    return found;
  }

  /** Null when there is no such file. Throws `data_source.unreachable`. */
  async find({ schema, name }: RelationName): Promise<DataFile | null> {
    const base = await this.open();
    return schema === FILES_SCHEMA && name.split('/').every(isOrdinary) ? fileAt(base, name) : null;
  }
}

async function collect(base: string, below: string, levels: number, found: DataFile[]): Promise<void> {
  const entries = await readdir(join(base, below), { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (found.length >= MOST_FILES) return;
    if (!isOrdinary(entry.name)) continue;
    if (entry.isDirectory()) {
      if (levels > 1) await collect(base, name, levels - 1, found);
      continue;
    }
    const file = await fileAt(base, name);
    if (file) found.push(file);
  }
}

async function fileAt(base: string, name: string): Promise<DataFile | null> {
  const format = formatOf(name);
  if (format === null) return null;
  const path = await realpath(join(base, name)).catch(() => null);
  if (path === null || !isWithin(path, base) || !(await stat(path)).isFile()) return null;
  // A link's target is read under its own name, which must be one that means itself.
  return path.slice(base.length).split(sep).every(isLiteral) ? { name, path, format } : null;
}

function formatOf(name: string): FileFormat | null {
  if (FORMATS.csv.test(name)) return 'csv';
  return FORMATS.parquet.test(name) ? 'parquet' : null;
}

/** Hidden files are nobody's report, and `..` leads out. */
function isOrdinary(part: string): boolean {
  return part !== '' && !part.startsWith('.') && isLiteral(part);
}

/** DuckDB takes these for patterns that match other files. */
function isLiteral(part: string): boolean {
  return !/[*?[\]{}\\\0]/.test(part);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function gone(cause?: unknown): DataSourceError {
  return new DataSourceError('data_source.unreachable', 'The folder of the data source cannot be read.', {
    cause,
  });
}
