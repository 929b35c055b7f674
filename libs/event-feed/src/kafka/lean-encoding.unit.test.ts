import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { packageRoot } from '#platform';
import { arbitraryRecord } from '../testing/arbitrary-records';
import { encodeAtLength, encodeLean, type RecordFields } from './lean-encoding';

const fields = arbitraryRecord(fc.string({ minLength: 1, maxLength: 100 }));

describe('encodeLean', () => {
  it('gives the same bytes as kafkajs', () => {
    fc.assert(
      fc.property(fields, (record) => {
        expect(encodeLean(record).buffer.equals(encodeAtLength(record).buffer)).toBe(true);
      }),
    );
  });

  it.each([
    ['nothing at all', {}],
    ['a null value', { key: 'template-1', value: null }],
    [
      'lengths at the edges of a varint',
      { key: 'k'.repeat(63), value: Buffer.alloc(64), headers: { h: 'v'.repeat(8192) } },
    ],
  ])('does so for %s', (_, record: RecordFields) => {
    expect(encodeLean(record).buffer).toEqual(encodeAtLength(record).buffer);
  });
});

it('is what clients of kafkajs encode with once it has been asked for', () => {
  // In a process of its own: Jest gives each test file modules of its own.
  const script = `
    const { encodeRecordsLean, encodeLean } = require('./dist/libs/event-feed/src/kafka/lean-encoding.js');
    encodeRecordsLean();
    console.log(require('kafkajs/src/protocol/recordBatch/record/v0') === encodeLean);`;
  expect(execFileSync(process.execPath, ['-e', script], { cwd: packageRoot(), encoding: 'utf8' })).toBe('true\n');
});
