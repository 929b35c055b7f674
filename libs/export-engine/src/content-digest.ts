import { createHash } from 'node:crypto';
import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';
import { RowCutter, type RowLayout } from './writers/row-cutter';

const HIGH_WATER_MARK = 256 * 1024;

/**
 * Passes a report's rows on and computes the SHA-256 of the first `maxRows` as COPY writes them, in their order: what lies beyond
 * is not in the file either.
 */
export class ContentDigest extends Transform {
  private readonly hash = createHash('sha256');

  private constructor(private readonly cutter: RowCutter) {
    super({ highWaterMark: HIGH_WATER_MARK });
  }

  /** Reads from the source; each of the two is destroyed with the other. */
  static of(source: Readable, layout: RowLayout, maxRows: number): ContentDigest {
    const digest = new ContentDigest(new RowCutter(layout, maxRows));
    // Whoever reads the digest meets the source's error there.
    pipeline(source, digest, () => undefined);
    return digest;
  }

  override _transform(rows: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const counted = this.cutter.push(rows);
    // A writer may stop at the limit and ask for the digest while more is on its way.
    if (counted.length > 0) this.hash.update(counted);
    done(null, rows);
  }

  /** Lower-case hexadecimal; to be asked once, at the end. */
  sha256(): string {
    return this.hash.digest('hex');
  }
}
