import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import type { IHeaders } from 'kafkajs';
import { packageRoot } from '#platform';
import { decodeAtLength, decodeLean, type BatchContext } from './lean-decoding';
import { arbitraryRecord } from '../testing/arbitrary-records';
import { encodeAtLength, type RecordFields } from './lean-encoding';

const CONTEXT: BatchContext = {
  magicByte: 2,
  firstOffset: '12345',
  firstTimestamp: '1790000000000',
  maxTimestamp: '1790000000999',
  timestampType: 0,
  isControlBatch: false,
};

const record = arbitraryRecord(
  fc.oneof(
    fc.string({ minLength: 1, maxLength: 100 }).filter((name) => !(name in {})),
    fc.constantFrom('ce_id', 'ce_type', 'größe'),
  ),
);
const contexts: fc.Arbitrary<BatchContext> = fc
  .record({
    firstOffset: fc.oneof(fc.nat(), fc.maxSafeInteger().map(Math.abs), fc.bigInt({ min: 2n ** 53n, max: 2n ** 62n })),
    timestampType: fc.constantFrom(0, 1),
    isControlBatch: fc.boolean(),
  })
  .map((some) => ({ ...CONTEXT, ...some, firstOffset: String(some.firstOffset) }));

/** A record without the length before it. */
function written(record: RecordFields): { buffer: Buffer; offset: number } {
  const { buffer } = encodeAtLength(record);
  const start = buffer.findIndex((byte) => byte < 0x80) + 1;
  return { buffer: Buffer.from(buffer.subarray(start)), offset: 0 };
}

const Decoder =
  jest.requireActual<new (buffer: Buffer) => { buffer: Buffer; offset: number }>('kafkajs/src/protocol/decoder');
const decoderOf = (record: RecordFields) => new Decoder(written(record).buffer);

function asBuffers(headers: IHeaders): [string, (Buffer | null)[]][] {
  return Object.entries(headers).map(([name, value]) => [
    name,
    [value ?? null].flat().map((part) => (part === null ? null : Buffer.from(part))),
  ]);
}

it('reads the same as kafkajs, record after record', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), contexts, (records, context) => {
      for (const fields of records) {
        const { headers, ...lean } = decodeLean(decoderOf(fields), context);
        const { headers: wanted, ...rest } = decodeAtLength(decoderOf(fields), context);
        expect(lean).toEqual(rest);
        expect(asBuffers(headers)).toEqual(asBuffers(wanted));
      }
    }),
  );
});

it('gives header values as strings where they are ASCII, else as the bytes that came', () => {
  const headers = { ce_type: 'a.b.v1', name: 'Zürich', raw: Buffer.from([0xff, 0x00]), none: '' };
  expect(decodeLean(decoderOf({ headers }), CONTEXT).headers).toEqual({
    ce_type: 'a.b.v1',
    name: Buffer.from('Zürich'),
    raw: Buffer.from([0xff, 0x00]),
    none: '',
  });
});

it('takes headers that are named like what objects inherit', () => {
  const headers = { ['__proto__']: '1', toString: ['2', '3'] };
  const read = decodeLean(decoderOf({ headers }), CONTEXT).headers;
  expect(Object.entries(read)).toEqual(Object.entries(headers));
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
});

it('keeps headers apart that have the same length or the same beginning as those of the record before', () => {
  const namesOf = (...names: string[]) =>
    Object.keys(
      decodeLean(decoderOf({ headers: Object.fromEntries(names.map((name) => [name, '1'])) }), CONTEXT).headers,
    );
  expect(namesOf('alpha', 'beta')).toEqual(['alpha', 'beta']);
  expect(namesOf('alphb', 'be')).toEqual(['alphb', 'be']);
  expect(namesOf('alph', 'betas', 'gamma')).toEqual(['alph', 'betas', 'gamma']);
});

it('is what clients of kafkajs decode with once it has been asked for', () => {
  // In a process of its own: Jest gives each test file modules of its own.
  const script = `
    const { decodeRecordsLean, decodeLean } = require('./dist/libs/event-feed/src/kafka/lean-decoding.js');
    decodeRecordsLean();
    console.log(require('kafkajs/src/protocol/recordBatch/record/v0/decoder') === decodeLean);`;
  expect(execFileSync(process.execPath, ['-e', script], { cwd: packageRoot(), encoding: 'utf8' })).toBe('true\n');
});
