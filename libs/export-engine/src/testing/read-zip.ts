import { crc32, inflateRawSync } from 'node:zlib';

/** An entry as the directory of a ZIP file tells it, and its contents. */
export interface ReadEntry {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly versionNeeded: number;
  readonly bytes: Buffer;
}

/** Reads a ZIP file by its directory, ZIP64 or not, and throws where a size, an offset, a signature or a checksum is wrong. */
export function readZip(file: Buffer): ReadEntry[] {
  const end = file.length - 22;
  expectSignature(file, end, 0x0605_4b50);
  const wide = end >= 20 && file.readUInt32LE(end - 20) === 0x0706_4b50;
  const zip64 = wide ? Number(file.readBigUInt64LE(end - 12)) : 0;
  if (wide) expectSignature(file, zip64, 0x0606_4b50);
  const count = wide ? Number(file.readBigUInt64LE(zip64 + 32)) : file.readUInt16LE(end + 10);
  const bytes = wide ? Number(file.readBigUInt64LE(zip64 + 40)) : file.readUInt32LE(end + 12);
  const offset = wide ? Number(file.readBigUInt64LE(zip64 + 48)) : file.readUInt32LE(end + 16);
  if (offset + bytes !== (wide ? zip64 : end)) throw new Error('the directory does not end where the end begins');
  const entries: ReadEntry[] = [];
  let at = offset;
  for (let index = 0; index < count; index++) {
    expectSignature(file, at, 0x0201_4b50);
    entries.push(readEntry(file, at));
    at += 46 + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30);
  }
  if (at !== offset + bytes) throw new Error('the directory has another size than the end says');
  return entries;
}

function readEntry(file: Buffer, at: number): ReadEntry {
  const nameBytes = file.readUInt16LE(at + 28);
  const name = file.toString('utf8', at + 46, at + 46 + nameBytes);
  let extra = at + 46 + nameBytes + 4;
  const field = (place: number): number => {
    const value = file.readUInt32LE(place);
    if (value !== 0xffff_ffff) return value;
    extra += 8;
    return Number(file.readBigUInt64LE(extra - 8));
  };
  const size = field(at + 24);
  const compressedSize = field(at + 20);
  const local = field(at + 42);
  expectSignature(file, local, 0x0403_4b50);
  const localName = file.toString('utf8', local + 30, local + 30 + file.readUInt16LE(local + 26));
  if (localName !== name) throw new Error(`${name} is called ${localName} in its own header`);
  const begin = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
  const method = file.readUInt16LE(at + 10);
  const packed = file.subarray(begin, begin + compressedSize);
  const bytes = method === 8 ? inflateRawSync(packed) : packed;
  if (bytes.length !== size) throw new Error(`${name} has ${bytes.length} bytes instead of ${size}`);
  if (crc32(bytes) !== file.readUInt32LE(at + 16)) throw new Error(`${name} has another checksum`);
  const flags = file.readUInt16LE(at + 8);
  return { name, method, flags, versionNeeded: file.readUInt16LE(at + 6), bytes };
}

function expectSignature(file: Buffer, at: number, signature: number): void {
  if (file.readUInt32LE(at) !== signature) throw new Error(`no ${signature.toString(16)} at ${at}`);
}
