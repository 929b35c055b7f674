import { PoisonEvent, type RecordedEvent } from '#event-sourcing';
import { someEvent } from '#event-sourcing/testing';
import { jsonRecords } from '../testing/json-records';
import { encodeEvents } from './encode-events';
import { sizeOf } from './record-size';

const LIMIT = 4_000_000;
const records = jsonRecords('events', { 'max.message.bytes': String(LIMIT) });

function recorded(position: number, bytes = 10, type = 'SomethingHappened'): RecordedEvent {
  const event = someEvent(type, { text: 'x'.repeat(bytes) });
  return { ...event, streamId: `thing-${position}`, revision: 0, position: BigInt(position), recordedAt: new Date(0) };
}

/** An event whose record has just as many bytes. */
function sized(bytes: number): RecordedEvent {
  return recorded(1, bytes - sizeOf(records.encode(recorded(1, 0))));
}

const sequences = (events: readonly RecordedEvent[]): (string | undefined)[][] =>
  [...encodeEvents(records, events)].map((parcel) => parcel.map(({ headers }) => headers.ce_sequence));

const poisonOf = (events: readonly RecordedEvent[]): unknown => {
  try {
    return [...encodeEvents(records, events)];
  } catch (error) {
    return error;
  }
};

it('keeps small events together, in their order', () => {
  expect(sequences([recorded(1), recorded(2), recorded(3)])).toEqual([['1', '2', '3']]);
  expect(sequences([])).toEqual([]);
});

it('divides what is too much for one request, still in order', () => {
  const events = [recorded(1, 400_000), recorded(2, 400_000), recorded(3, 400_000), recorded(4)];
  expect(sequences(events)).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
});

it('never divides less than the smallest limit of a topic asks for', () => {
  const narrow = jsonRecords('narrow', { 'max.message.bytes': '2000' });
  const parcels = [...encodeEvents(narrow, [recorded(1, 500), recorded(2, 500), recorded(3, 500)])];
  expect(parcels.map((parcel) => parcel.length)).toEqual([1, 1, 1]);
});

it('sends a large event by itself', () => {
  expect(sequences([recorded(1), recorded(2, 2_000_000), recorded(3)])).toEqual([['1'], ['2'], ['3']]);
});

it('takes an event that just fits, and names one of a byte more as poison', () => {
  expect([...encodeEvents(records, [sized(LIMIT)])]).toHaveLength(1);
  const large = sized(LIMIT + 1);
  const error = poisonOf([recorded(7), large]);
  expect(error).toBeInstanceOf(PoisonEvent);
  expect(error).toMatchObject({
    code: 'record.too-large',
    event: large,
    message: 'SomethingHappened makes a record of 4000001 bytes, and events takes at most 4000000',
  });
});

it('takes for a topic that says nothing what Kafka takes by default', () => {
  const plain = jsonRecords('plain');
  expect([...encodeEvents(plain, [sized(1_048_000)])]).toHaveLength(1);
  expect(() => [...encodeEvents(plain, [sized(1_049_000)])]).toThrow('plain takes at most 1048588');
});

it('names an event that has no contract as poison', () => {
  const unknown = recorded(3, 10, 'Unknown');
  expect(poisonOf([recorded(2), unknown])).toMatchObject({
    code: 'record.not-encodable',
    event: unknown,
    message: 'Unknown cannot be encoded: there is no schema of Unknown',
    cause: expect.any(RangeError),
  });
});

it('marks what was set aside until now, and nothing else', () => {
  const headersOf = (late: boolean) => [...encodeEvents(records, [recorded(1)], late)].flat()[0]?.headers;
  expect(headersOf(true)).toEqual({ ...headersOf(false), ce_late: 'true' });
  expect(headersOf(false)).not.toHaveProperty('ce_late');
});

it('encodes a parcel when it is asked for, not before', () => {
  const encode = jest.fn((event: RecordedEvent) => records.encode(event));
  const parcels = encodeEvents({ ...records, encode }, [
    recorded(1, 900_000),
    recorded(2, 900_000),
    recorded(3, 900_000),
  ]);
  parcels.next();
  // The second one is known to be too much for the first parcel, the third has not been looked at.
  expect(encode).toHaveBeenCalledTimes(2);
});
