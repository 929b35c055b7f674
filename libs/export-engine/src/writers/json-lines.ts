import type { JsonLinesOptions } from '#domain';
import type { ByteSink, EndedSink } from './byte-sink';
import { compressedSink } from './gzip-sink';
import { JsonLineEncoder, type JsonColumn } from './json-line-encoder';
import type { Finished, RowWriter } from './row-writer';

/**
 * Makes a file of JSON Lines (https://jsonlines.org) of COPY's text format: an object a line, its members named by the headers
 * in their order. Lines end with LF, text is UTF-8.
 */
export class JsonLinesWriter implements RowWriter {
  private readonly encoder;
  private readonly sink: EndedSink;

  constructor(columns: readonly JsonColumn[], options: JsonLinesOptions, sink: ByteSink) {
    this.encoder = new JsonLineEncoder(columns);
    this.sink = compressedSink(sink, options.compression);
  }

  write(rows: Buffer): Promise<void> {
    return this.sink.write(this.encoder.encode(rows));
  }

  async finish(): Promise<Finished> {
    await this.sink.finish();
    return { warnings: [], sheets: [] };
  }

  abandon(): Promise<void> {
    this.sink.abandon();
    return Promise.resolve();
  }
}
