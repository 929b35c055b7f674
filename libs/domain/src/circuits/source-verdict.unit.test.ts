import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURE_CODES } from '../jobs/failure-class';
import { sourceVerdict } from './source-verdict';

const codesOf = (verdict: string | null) => FAILURE_CODES.filter((code) => sourceVerdict(code) === verdict);

it('finds data sources at fault that do not answer, or cannot cope', () => {
  expect(codesOf('fault').toSorted()).toEqual([
    'data_source.exhausted',
    'data_source.timeout',
    'data_source.unreachable',
  ]);
});

it('takes for an answer what only a data source can lead to that is at work', () => {
  expect(codesOf('answer').toSorted()).toEqual([
    'data_source.column_missing',
    'data_source.conflict',
    'data_source.permission_denied',
    'data_source.relation_missing',
    'data_source.value_invalid',
    'limit.bytes_per_file',
    'limit.files',
    'limit.rows',
    'limit.rows_per_file',
    'limit.rows_per_sheet',
    'limit.sheets',
    'parquet.rows_too_large',
    'parquet.value_unsupported',
  ]);
});

it('learns nothing from what happens beside the data source, nor from codes of another release', () => {
  expect(codesOf(null)).toEqual(
    expect.arrayContaining(['data_source.unsupported', 'file_store.full', 'limit.seconds']),
  );
  expect(sourceVerdict('data_source.renamed')).toBeNull();
  expect(sourceVerdict('toString')).toBeNull();
});

it('is documented, code by code', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/concepts/failures-and-retries.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z_]+\.[a-z_.]+)` +\| \w+ +\| (fault|answer|–) +\|/gm)];
  expect(rows.map(([, code, verdict]) => [code, verdict])).toEqual(
    FAILURE_CODES.map((code) => [code, sourceVerdict(code) ?? '–']),
  );
});
