import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { DeflateQueue } from './deflate-queue';
import {
  centralHeader,
  dataDescriptor,
  dosTime,
  endRecords,
  localHeader,
  ZIP64_LIMITS,
  type DosTime,
  type EntryRecord,
  type Zip64Limits,
  type ZipMethod,
} from './zip-records';

/** Takes a file's bytes in order. `write` returns once there is room for more, and may keep the bytes. */
export interface ByteSink {
  write(bytes: Buffer): Promise<void>;
}

export interface ZipOptions {
  /** The time of all entries, in UTC. By default the first that a ZIP file can tell, so that equal contents make equal files. */
  readonly modifiedAt?: Date;
  /** Of deflate: 1 is fastest, 9 smallest. Default 2, as fast as 1 and smaller. */
  readonly level?: number;
  readonly zip64Limits?: Zip64Limits;
}

export interface EntryOptions {
  readonly method: ZipMethod;
  /**
   * Bytes that are to come, if that is known. From 4 GiB on, the entry's header then says that it is a ZIP64 entry, which programs
   * need that read the file as a stream; the others look into the directory at its end.
   */
  readonly expectedBytes?: number;
}

const FIRST_DOS_TIME = new Date('1980-01-01T00:00:00Z');
const MOST_NAME_BYTES = 0xffff;

const deflate = promisify(deflateRaw);

/**
 * Writes a ZIP file of any size as a stream: nothing but the directory is kept in memory. One entry is written after another.
 * What a failed write left is no ZIP file: the caller throws it away.
 */
export class ZipWriter {
  private readonly entries: EntryRecord[] = [];
  private readonly names = new Set<string>();
  private readonly modified: DosTime;
  private readonly limits: Zip64Limits;
  private readonly level: number;
  private offset = 0;
  private busy = false;

  constructor(
    private readonly sink: ByteSink,
    { modifiedAt = FIRST_DOS_TIME, level = 2, zip64Limits = ZIP64_LIMITS }: ZipOptions = {},
  ) {
    this.modified = dosTime(modifiedAt);
    this.level = level;
    this.limits = zip64Limits;
  }

  /** Writes a whole entry that is small enough for memory, compressed. Throws `RangeError` for a name that `open` would refuse. */
  async add(name: string, bytes: Buffer): Promise<void> {
    const compressed = await deflate(bytes, { level: this.level });
    const sizes = { crc: crc32(bytes), compressedBytes: compressed.length, bytes: bytes.length };
    const entry = { ...this.begin(name, 'deflate'), ...sizes, followed: false };
    await this.write(localHeader(entry, false));
    await this.write(compressed);
    this.finish(entry);
  }

  /**
   * Begins an entry whose bytes come in pieces; the next one may begin when it has ended.
   *
   * @param name relative, with `/` between folders. Throws `RangeError` when it is empty, leaves its folder, is too long or taken
   */
  async open(name: string, { method, expectedBytes = 0 }: EntryOptions): Promise<ZipEntry> {
    const entry = this.begin(name, method);
    const announced = expectedBytes >= this.limits.bytes;
    await this.write(localHeader(entry, announced));
    const begin = this.offset;
    return new ZipEntry(method, this.level, {
      write: (bytes) => this.write(bytes),
      end: async (sizes) => {
        const whole = { ...entry, ...sizes, compressedBytes: this.offset - begin };
        const wide = announced || whole.bytes >= this.limits.bytes || whole.compressedBytes >= this.limits.bytes;
        await this.write(dataDescriptor(whole, wide));
        this.finish(whole);
      },
    });
  }

  /** Writes the directory. Nothing can be added after it. */
  async end(): Promise<void> {
    if (this.busy) throw new Error('An entry of the ZIP file has not been ended.');
    const { offset, entries, limits } = this;
    for (const entry of entries) await this.write(centralHeader(entry, limits));
    await this.write(endRecords({ entries: entries.length, bytes: this.offset - offset, offset }, limits));
  }

  private begin(name: string, method: ZipMethod): EntryRecord {
    if (this.busy) throw new Error('The entry before has not been ended.');
    const bytes = nameBytes(name);
    if (this.names.has(name)) throw new RangeError(`The ZIP file has an entry "${name}" already.`);
    this.names.add(name);
    this.busy = true;
    const { modified, offset } = this;
    return { name: bytes, method, modified, followed: true, crc: 0, compressedBytes: 0, bytes: 0, offset };
  }

  private finish(entry: EntryRecord): void {
    this.entries.push(entry);
    this.busy = false;
  }

  private async write(bytes: Buffer): Promise<void> {
    this.offset += bytes.length;
    await this.sink.write(bytes);
  }
}

interface EntryTarget {
  write(bytes: Buffer): Promise<void>;
  end(sizes: { readonly crc: number; readonly bytes: number }): Promise<void>;
}

/** An entry on its way into the file. */
export class ZipEntry {
  private readonly queue: DeflateQueue | null;
  private crc = 0;
  private bytes = 0;

  constructor(
    method: ZipMethod,
    level: number,
    private readonly target: EntryTarget,
  ) {
    this.queue = method === 'deflate' ? new DeflateQueue(level, (bytes) => target.write(bytes)) : null;
  }

  /**
   * Returns once there is room for more. Pieces of some hundred KiB suit compression best.
   *
   * @param release called when the piece may be overwritten. Stored bytes are never released: the sink may keep them
   */
  async write(bytes: Buffer, release: (bytes: Buffer) => void = () => undefined): Promise<void> {
    this.crc = crc32(bytes, this.crc);
    this.bytes += bytes.length;
    if (this.queue) await this.queue.push(bytes, release);
    else await this.target.write(bytes);
  }

  async end(): Promise<void> {
    await this.queue?.end();
    await this.target.end({ crc: this.crc, bytes: this.bytes });
  }
}

function nameBytes(name: string): Buffer {
  const bytes = Buffer.from(name);
  const parts = name.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || /[\\\0]/.test(name)) {
    throw new RangeError(`"${name}" is no name for an entry of a ZIP file.`);
  }
  if (bytes.length > MOST_NAME_BYTES) throw new RangeError('A name in a ZIP file has at most 65,535 bytes.');
  return bytes;
}
