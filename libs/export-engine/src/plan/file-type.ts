import type { OutputOptions } from '#domain';

/** What a file is called and sent as. */
export interface FileType {
  /** End of its name, without the first dot. */
  readonly extension: string;
  /** RFC 6838. */
  readonly mediaType: string;
}

/** A compressed file is what it is compressed as: whoever downloads it gets the bytes that were stored. */
const GZIP = 'application/gzip';

export function fileTypeOf(output: OutputOptions): FileType {
  switch (output.format) {
    case 'csv':
      return output.compression === 'gzip'
        ? { extension: 'csv.gz', mediaType: GZIP }
        : { extension: 'csv', mediaType: `text/csv; charset=${output.encoding}` };
    case 'xlsx':
      return {
        extension: 'xlsx',
        mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      };
    case 'jsonl':
      return output.compression === 'gzip'
        ? { extension: 'jsonl.gz', mediaType: GZIP }
        : { extension: 'jsonl', mediaType: 'application/jsonl' };
    case 'parquet':
      return { extension: 'parquet', mediaType: 'application/vnd.apache.parquet' };
  }
}
