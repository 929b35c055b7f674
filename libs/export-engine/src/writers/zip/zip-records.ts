/**
 * The records around a ZIP file's entries, as PKWARE's APPNOTE 6.3.10 lays them out. Sections in brackets.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

export type ZipMethod = 'store' | 'deflate';

/** From which value on a field is written in ZIP64 form. Only tests have other limits than the format's own. */
export interface Zip64Limits {
  /** Bytes of an entry, of the central directory, and offsets. */
  readonly bytes: number;
  readonly entries: number;
}

export const ZIP64_LIMITS: Zip64Limits = { bytes: 0xffff_ffff, entries: 0xffff };

/** What the directory tells about an entry. */
export interface EntryRecord {
  readonly name: Buffer;
  readonly method: ZipMethod;
  /** Date and time as MS-DOS has them, in two numbers of 16 bits (4.4.6). */
  readonly modified: DosTime;
  /** Sizes and checksum follow the entry, since they were not known before (4.4.4, bit 3). */
  readonly followed: boolean;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Where its local header begins, in bytes from the beginning of the file. */
  readonly offset: number;
}

export interface DosTime {
  readonly date: number;
  readonly time: number;
}

const VERSION = 20;
const VERSION_ZIP64 = 45;
/** Unix, so that the permissions below count. */
const MADE_BY = (3 << 8) | VERSION_ZIP64;
/** A regular file that its owner writes and everybody reads (4.4.15). */
const FILE_MODE = 0o100644;
const UTF8_NAME = 1 << 11;
const FOLLOWED = 1 << 3;
const METHODS: Readonly<Record<ZipMethod, number>> = { store: 0, deflate: 8 };

/** Years before 1980 and after 2107 cannot be told. */
export function dosTime(at: Date): DosTime {
  const year = Math.min(Math.max(at.getUTCFullYear() - 1980, 0), 127);
  return {
    date: (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}

/**
 * [4.3.7] What stands before an entry.
 *
 * @param wide whether the sizes that follow have 8 bytes, which a reader of a stream has to be told now (4.3.9.2)
 */
export function localHeader(entry: EntryRecord, wide: boolean): Buffer {
  const extra = wide ? zip64Extra([0, 0]) : Buffer.alloc(0);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  header.writeUInt16LE(wide ? VERSION_ZIP64 : VERSION, 4);
  writeShared(header, 6, entry);
  header.writeUInt32LE(wide ? 0xffff_ffff : entry.compressedBytes, 18);
  header.writeUInt32LE(wide ? 0xffff_ffff : entry.bytes, 22);
  header.writeUInt16LE(entry.name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, entry.name, extra]);
}

/** [4.3.9] What follows an entry whose sizes were not known before. */
export function dataDescriptor(entry: EntryRecord, wide: boolean): Buffer {
  const descriptor = Buffer.alloc(wide ? 24 : 16);
  descriptor.writeUInt32LE(0x0807_4b50, 0);
  descriptor.writeUInt32LE(entry.crc, 4);
  if (wide) {
    descriptor.writeBigUInt64LE(BigInt(entry.compressedBytes), 8);
    descriptor.writeBigUInt64LE(BigInt(entry.bytes), 16);
  } else {
    descriptor.writeUInt32LE(entry.compressedBytes, 8);
    descriptor.writeUInt32LE(entry.bytes, 12);
  }
  return descriptor;
}

/** [4.3.12] An entry in the central directory, which is what most readers go by. */
export function centralHeader(entry: EntryRecord, limits: Zip64Limits): Buffer {
  const fields = [entry.bytes, entry.compressedBytes, entry.offset];
  const tooLarge = fields.filter((value) => value >= limits.bytes);
  const extra = tooLarge.length > 0 ? zip64Extra(tooLarge) : Buffer.alloc(0);
  const [bytes, compressedBytes, offset] = fields.map((value) => (value >= limits.bytes ? 0xffff_ffff : value));
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(MADE_BY, 4);
  header.writeUInt16LE(tooLarge.length > 0 ? VERSION_ZIP64 : VERSION, 6);
  writeShared(header, 8, entry);
  header.writeUInt32LE(compressedBytes ?? 0, 20);
  header.writeUInt32LE(bytes ?? 0, 24);
  header.writeUInt16LE(entry.name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(FILE_MODE * 0x1_0000, 38);
  header.writeUInt32LE(offset ?? 0, 42);
  return Buffer.concat([header, entry.name, extra]);
}

/** [4.3.14 to 4.3.16] The end of the file, with the ZIP64 records before it if a field needs them. */
export function endRecords(
  directory: { readonly entries: number; readonly bytes: number; readonly offset: number },
  limits: Zip64Limits,
): Buffer {
  const { entries, bytes, offset } = directory;
  const end = Buffer.alloc(22);
  const shortCount = entries >= limits.entries ? 0xffff : entries;
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(shortCount, 8);
  end.writeUInt16LE(shortCount, 10);
  end.writeUInt32LE(bytes >= limits.bytes ? 0xffff_ffff : bytes, 12);
  end.writeUInt32LE(offset >= limits.bytes ? 0xffff_ffff : offset, 16);
  const fits = entries < limits.entries && bytes < limits.bytes && offset < limits.bytes;
  return fits ? end : Buffer.concat([zip64End(directory), zip64Locator(offset + bytes), end]);
}

function zip64End({ entries, bytes, offset }: { entries: number; bytes: number; offset: number }): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x0606_4b50, 0);
  // The size of what follows this field.
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(MADE_BY, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  return record;
}

function zip64Locator(offset: number): Buffer {
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x0706_4b50, 0);
  locator.writeBigUInt64LE(BigInt(offset), 8);
  locator.writeUInt32LE(1, 16);
  return locator;
}

/** [4.5.3] The values that their own fields cannot hold, in the order of those fields. */
function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, index) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index));
  return extra;
}

/** Flags, method, time and checksum come in the same order in both headers. */
function writeShared(header: Buffer, at: number, entry: EntryRecord): void {
  header.writeUInt16LE(UTF8_NAME | (entry.followed ? FOLLOWED : 0), at);
  header.writeUInt16LE(METHODS[entry.method], at + 2);
  header.writeUInt16LE(entry.modified.time, at + 4);
  header.writeUInt16LE(entry.modified.date, at + 6);
  header.writeUInt32LE(entry.crc, at + 8);
}
