import fc, { type Arbitrary } from 'fast-check';
import type { RecordFields } from '../kafka/lean-encoding';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

/** What a key, a value or a header may be. */
const arbitraryContent: Arbitrary<Buffer | string> = fc.oneof(bytes, fc.string({ unit: 'grapheme', maxLength: 200 }));

/** Records of Kafka with numbers and contents at their extremes; a header may come several times. */
export function arbitraryRecord(headerName: Arbitrary<string>): Arbitrary<RecordFields> {
  return fc.record({
    offsetDelta: fc.nat(),
    timestampDelta: fc.oneof(fc.nat(), fc.integer({ min: -5, max: 5 }), fc.constant(2 ** 40)),
    key: fc.option(arbitraryContent),
    value: fc.option(arbitraryContent),
    headers: fc.dictionary(headerName, fc.oneof(arbitraryContent, fc.array(arbitraryContent, { maxLength: 3 }))),
  });
}
