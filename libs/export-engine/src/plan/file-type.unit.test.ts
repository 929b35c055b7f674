import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, DEFAULT_XLSX, type OutputOptions } from '#domain';
import { fileTypeOf } from './file-type';

describe('fileTypeOf', () => {
  it.each<[OutputOptions, string, string]>([
    [DEFAULT_CSV, 'csv', 'text/csv; charset=utf-8'],
    [{ ...DEFAULT_CSV, encoding: 'utf-16le' }, 'csv', 'text/csv; charset=utf-16le'],
    [{ ...DEFAULT_CSV, encoding: 'windows-1252' }, 'csv', 'text/csv; charset=windows-1252'],
    [{ ...DEFAULT_CSV, compression: 'gzip' }, 'csv.gz', 'application/gzip'],
    [DEFAULT_XLSX, 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    [DEFAULT_JSON_LINES, 'jsonl', 'application/jsonl'],
    [{ ...DEFAULT_JSON_LINES, compression: 'gzip' }, 'jsonl.gz', 'application/gzip'],
    [{ ...DEFAULT_PARQUET, compression: 'gzip' }, 'parquet', 'application/vnd.apache.parquet'],
  ])('of %j is %s', (output, extension, mediaType) => {
    expect(fileTypeOf(output)).toEqual({ extension, mediaType });
  });
});
