import { Type, type Schema } from 'avsc';
import type { AvroSchema } from './avro-schema';
import { extentOf } from './extent';

const SCHEMA: AvroSchema = {
  type: 'record',
  name: 'Everything',
  namespace: 'test',
  fields: [
    { name: 'nothing', type: 'null' },
    { name: 'flag', type: 'boolean' },
    { name: 'whole', type: 'long' },
    { name: 'single', type: 'float' },
    { name: 'double', type: 'double' },
    { name: 'bytes', type: 'bytes' },
    { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 3 } },
    { name: 'colour', type: { type: 'enum', name: 'Colour', symbols: ['red', 'green'] } },
    { name: 'again', type: 'Colour' },
    { name: 'counts', type: { type: 'map', values: 'int' } },
    { name: 'names', type: { type: 'array', items: ['null', 'string'] } },
    { name: 'inner', type: ['null', 'Everything'] },
  ],
};
const VALUE = {
  nothing: null,
  flag: true,
  whole: -4_503_599_627_370_495,
  single: 1.5,
  double: 2.5,
  bytes: Buffer.from('abc'),
  hash: Buffer.from('xyz'),
  colour: 'green',
  again: 'red',
  counts: { one: 1, many: 100_000 },
  names: ['Ada', null],
  inner: null,
};
const bytes = Type.forSchema(SCHEMA as unknown as Schema).toBuffer({ ...VALUE, inner: VALUE });

it('is where avsc ends a value of every type', () => {
  expect(extentOf(SCHEMA)(Buffer.concat([bytes, Buffer.from([1, 2, 3])]), 0)).toBe(bytes.length);
});

it('is nowhere when the value is cut short, wherever', () => {
  for (let length = 0; length < bytes.length; length++) {
    expect(() => extentOf(SCHEMA)(bytes.subarray(0, length), 0)).toThrow(RangeError);
  }
});

it('follows blocks that tell their size', () => {
  // Avro specification, "Arrays": a negative count is followed by the block's bytes. Two numbers, then the end.
  const blocks = Buffer.from([3, 4, 2, 4, 0]);
  expect(extentOf({ type: 'array', items: 'long' })(blocks, 0)).toBe(blocks.length);
});

it.each<[string, AvroSchema, string]>([
  ['a count beyond the bytes', { type: 'array', items: 'null' }, 'feffffffff1f'],
  ['a length below zero', 'string', '01'],
  ['a length beyond the bytes', 'bytes', '0aff'],
  ['a branch that is none', ['null', 'string'], '04'],
  ['a symbol that is none', { type: 'enum', name: 'E', symbols: ['a'] }, '02'],
  ['a number of more than 64 bits', 'long', 'ffffffffffffffffffffff01'],
])('refuses %s', (_what, schema, hex) => {
  expect(() => extentOf(schema)(Buffer.from(hex, 'hex'), 0)).toThrow(RangeError);
});
