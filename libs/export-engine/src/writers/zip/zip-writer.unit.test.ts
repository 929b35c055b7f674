import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { MemorySink } from '../../testing/memory-sink';
import { readZip } from '../../testing/read-zip';
import { END_OF_STREAM, PIECES_IN_FLIGHT } from './deflate-queue';
import { ZipWriter, type ZipOptions } from './zip-writer';

type Contents = readonly (readonly [name: string, method: 'store' | 'deflate', pieces: readonly Buffer[]])[];

async function zipOf(contents: Contents, options?: ZipOptions): Promise<Buffer> {
  const sink = new MemorySink();
  const zip = new ZipWriter(sink, options);
  for (const [name, method, pieces] of contents) {
    const entry = await zip.open(name, { method });
    for (const piece of pieces) await entry.write(piece);
    await entry.end();
  }
  await zip.end();
  return sink.bytes;
}

const read = (file: Buffer): (readonly [string, string])[] =>
  readZip(file).map(({ name, bytes }) => [name, bytes.toString('hex')] as const);

describe('ZipWriter', () => {
  it('holds any names and contents, cut anywhere', async () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'ü', '東', '😀', ' ', '.x'), minLength: 1, maxLength: 9 });
    const entry = fc.tuple(
      name,
      fc.constantFrom('store' as const, 'deflate' as const),
      fc.array(
        fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
        { maxLength: 6 },
      ),
    );
    const contents = fc.uniqueArray(entry, { selector: ([key]) => key, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(contents, async (entries) => {
        const expected = entries.map(([key, , pieces]) => [key, Buffer.concat(pieces).toString('hex')]);
        expect(read(await zipOf(entries))).toEqual(expected);
      }),
    );
  });

  it('makes one deflate stream of many pieces', async () => {
    const pieces = Array.from({ length: 3 * PIECES_IN_FLIGHT }, (_, index) =>
      index % 2 === 0 ? randomFillSync(Buffer.alloc(200_000)) : Buffer.alloc(300_000, 'row '),
    );
    const [entry] = readZip(await zipOf([['big', 'deflate', pieces]]));
    expect(entry!.bytes.equals(Buffer.concat(pieces))).toBe(true);
  });

  it('writes a small entry whole, with its sizes before it', async () => {
    const sink = new MemorySink();
    const zip = new ZipWriter(sink);
    await zip.add('a/b.xml', Buffer.from('<b/><b/><b/><b/>'));
    await zip.end();
    expect(sink.bytes.readUInt16LE(6)).toBe(1 << 11);
    expect(sink.bytes.readUInt32LE(22)).toBe(16);
    expect(readZip(sink.bytes)).toMatchObject([{ name: 'a/b.xml', method: 8, versionNeeded: 20 }]);
    // Whoever unpacks it can read it.
    expect(sink.bytes.readUInt16LE(sink.bytes.indexOf('PK\x01\x02') + 40)).toBe(0o100644);
  });

  it('is the same file for the same contents, with the time that is asked for', async () => {
    const contents: Contents = [['a', 'deflate', [Buffer.from('x')]]];
    const plain = await zipOf(contents);
    expect((await zipOf(contents)).equals(plain)).toBe(true);
    expect(plain.readUInt32LE(10)).toBe(0x0021_0000);
    const timed = await zipOf(contents, { modifiedAt: new Date('2026-11-23T07:30:09.5Z') });
    expect(timed.readUInt16LE(10)).toBe((7 << 11) | (30 << 5) | 4);
    expect(timed.readUInt16LE(12)).toBe((46 << 9) | (11 << 5) | 23);
  });

  it('refuses names that leave a folder, are taken, or are none', async () => {
    const zip = new ZipWriter(new MemorySink());
    await zip.add('taken', Buffer.alloc(0));
    for (const name of ['', '/a', '../a', 'a/../b', 'a//b', './a', 'a\\b', 'a\0', 'taken', 'ü'.repeat(40_000)]) {
      await expect(zip.add(name, Buffer.alloc(0))).rejects.toThrow(RangeError);
    }
  });

  it('has one entry at a time', async () => {
    const zip = new ZipWriter(new MemorySink());
    await zip.open('a', { method: 'deflate' });
    await expect(zip.open('b', { method: 'store' })).rejects.toThrow(/not been ended/);
    await expect(zip.end()).rejects.toThrow(/not been ended/);
  });

  it('tells when a piece may be overwritten, and waits for the sink', async () => {
    const written: Buffer[] = [];
    let gate = Promise.resolve();
    let reached = (): void => undefined;
    const sink = {
      write: async (bytes: Buffer): Promise<void> => {
        reached();
        await gate;
        written.push(bytes);
      },
    };
    const entry = await new ZipWriter(sink).open('a', { method: 'deflate' });
    const released: Buffer[] = [];
    const pieces = Array.from({ length: PIECES_IN_FLIGHT + 1 }, (_, index) => Buffer.alloc(1000, index));
    for (const piece of pieces.slice(1)) await entry.write(piece, (bytes) => released.push(bytes));
    expect(written).toHaveLength(1);
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const atTheSink = new Promise<void>((resolve) => (reached = resolve));
    let hasRoom = false;
    const last = entry.write(pieces[0]!, (bytes) => released.push(bytes)).then(() => (hasRoom = true));
    await atTheSink;
    await new Promise((turn) => setImmediate(turn));
    expect(hasRoom).toBe(false);
    open();
    await last;
    expect(written).toHaveLength(2);
    await entry.end();
    expect(written.at(-2)).toBe(END_OF_STREAM);
    expect(new Set(released)).toEqual(new Set(pieces));
  });

  it('passes on what the sink throws', async () => {
    let room = 1;
    const full = new Error('no space left');
    const sink = { write: (): Promise<void> => (room-- > 0 ? Promise.resolve() : Promise.reject(full)) };
    const entry = await new ZipWriter(sink).open('a', { method: 'deflate' });
    await expect(
      (async () => {
        for (;;) await entry.write(Buffer.alloc(1000));
      })(),
    ).rejects.toBe(full);
  });
});

describe('ZIP64', () => {
  const text = (length: number): Buffer[] => [Buffer.alloc(length, 'x')];

  it('is not used below the limits', async () => {
    const file = await zipOf([['a', 'store', text(999)]], { zip64Limits: { bytes: 1200, entries: 2 } });
    expect(readZip(file)).toMatchObject([{ versionNeeded: 20 }]);
    expect(file.includes('PK\x06\x06')).toBe(false);
  });

  it('holds an entry that is larger than its fields', async () => {
    const file = await zipOf([['a', 'deflate', [...text(1000), ...text(1000)]]], {
      zip64Limits: { bytes: 1000, entries: 9 },
    });
    expect(readZip(file)).toMatchObject([{ versionNeeded: 45, bytes: Buffer.alloc(2000, 'x') }]);
    // Compressed it is small: one of the three fields has no room.
    const directory = file.indexOf('PK\x01\x02');
    expect(file.readUInt16LE(directory + 30)).toBe(4 + 8);
  });

  it('holds entries that begin beyond what an offset can tell', async () => {
    const contents: Contents = [
      ['a', 'store', text(900)],
      ['b', 'store', text(900)],
      ['c', 'store', text(10)],
    ];
    const file = await zipOf(contents, { zip64Limits: { bytes: 1000, entries: 9 } });
    expect(readZip(file).map(({ name, bytes, versionNeeded }) => [name, bytes.length, versionNeeded])).toEqual([
      ['a', 900, 20],
      ['b', 900, 20],
      ['c', 10, 45],
    ]);
    expect(file.includes('PK\x06\x06')).toBe(true);
  });

  it('holds more entries than can be counted', async () => {
    const contents = Array.from({ length: 5 }, (_, index) => [`${index}`, 'store', text(index)] as const);
    const file = await zipOf(contents, { zip64Limits: { bytes: 10_000, entries: 5 } });
    expect(file.readUInt16LE(file.length - 12)).toBe(0xffff);
    expect(readZip(file)).toHaveLength(5);
  });

  it('announces a large entry to those who read a stream', async () => {
    const sink = new MemorySink();
    const zip = new ZipWriter(sink, { zip64Limits: { bytes: 1000, entries: 9 } });
    const entry = await zip.open('a', { method: 'store', expectedBytes: 1000 });
    await entry.write(Buffer.alloc(1000, 'x'));
    await entry.end();
    await zip.end();
    expect(sink.bytes.readUInt16LE(4)).toBe(45);
    expect(sink.bytes.readUInt32LE(18)).toBe(0xffff_ffff);
    expect(sink.bytes.readUInt16LE(28)).toBe(20);
    const descriptor = sink.bytes.indexOf('PK\x07\x08');
    expect(sink.bytes.readBigUInt64LE(descriptor + 8)).toBe(1000n);
    expect(sink.bytes.readUInt32LE(descriptor + 24)).toBe(0x0201_4b50);
    expect(readZip(sink.bytes)).toMatchObject([{ bytes: Buffer.alloc(1000, 'x') }]);
  });
});
