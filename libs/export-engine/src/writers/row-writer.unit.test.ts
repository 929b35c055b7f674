import { Readable } from 'node:stream';
import { feedRows, type RowWriter } from './row-writer';

/** Tells what it was asked to do. */
class Recorder implements RowWriter {
  readonly calls: string[] = [];

  constructor(private readonly failAt: 'write' | 'finish' | null = null) {}

  write(rows: Buffer, count: number): Promise<void> {
    this.calls.push(`write ${count} ${JSON.stringify(rows.toString())}`);
    return this.failAt === 'write' ? Promise.reject(new Error('full')) : Promise.resolve();
  }

  finish(): Promise<{ warnings: []; sheets: [] }> {
    this.calls.push('finish');
    return this.failAt === 'finish' ? Promise.reject(new Error('full')) : Promise.resolve({ warnings: [], sheets: [] });
  }

  abandon(): Promise<void> {
    this.calls.push('abandon');
    return Promise.resolve();
  }
}

const source = (...pieces: string[]): Readable => Readable.from(pieces.map((piece) => Buffer.from(piece)));
const feed = (from: Readable, onRows: (rows: number) => void = () => undefined) =>
  ({ source: from, layout: 'text', maxRows: 3, onRows }) as const;

describe('feedRows', () => {
  it('gives whole rows up to the limit, and ends the file', async () => {
    const writer = new Recorder();
    const seen: number[] = [];
    const written = await feedRows(
      feed(source('a\nb', 'b\n', 'c', '\nd\n'), (rows) => seen.push(rows)),
      writer,
    );
    expect(written).toEqual({ rows: 3, truncated: true, warnings: [], sheets: [] });
    expect(writer.calls).toEqual(['write 1 "a\\n"', 'write 1 "bb\\n"', 'write 1 "c\\n"', 'finish']);
    expect(seen).toEqual([1, 2, 2, 3]);
  });

  it('ends a file without rows', async () => {
    const writer = new Recorder();
    expect(await feedRows(feed(source()), writer)).toMatchObject({ rows: 0, truncated: false });
    expect(writer.calls).toEqual(['finish']);
  });

  it.each(['write', 'finish'] as const)('gives the file up when %s fails', async (step) => {
    const writer = new Recorder(step);
    await expect(feedRows(feed(source('a\n')), writer)).rejects.toThrow('full');
    expect(writer.calls.at(-1)).toBe('abandon');
  });

  it('gives the file up when the source dies', async () => {
    const writer = new Recorder();
    const dying = new Readable({ read: () => undefined });
    dying.push(Buffer.from('a\n'));
    const failure = feedRows(
      feed(dying, () => dying.destroy(new Error('gone'))),
      writer,
    );
    await expect(failure).rejects.toThrow('gone');
    expect(writer.calls).toEqual(['write 1 "a\\n"', 'abandon']);
  });
});
