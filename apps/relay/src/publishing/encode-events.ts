import { LATE_HEADER, PoisonEvent, type EventRecord, type EventRecords, type RecordedEvent } from '#event-sourcing';
import { limitOf, sizeOf } from './record-size';

/** Records that are sent together. */
export type Parcel = readonly EventRecord[];

/** A parcel has one record, or so many bytes at most. Larger ones are no faster. */
const PARCEL_BYTES = 1_000_000;

/**
 * Encodes events in their order, as parcels to be sent one after the other: each when it is asked for, so that it can be
 * encoded while the one before is on its way. Throws `PoisonEvent` for an event that Kafka can never take: one that its
 * contract does not know, or of more bytes than its topic allows. `late` marks them as set aside until now: consumers would
 * else take them for repeats.
 */
export function* encodeEvents(
  records: EventRecords,
  events: readonly RecordedEvent[],
  late = false,
): Generator<Parcel, void> {
  const limits = new Map(records.topics.map((topic) => [topic.name, limitOf(topic)]));
  // All of a parcel may go to one partition, as one batch, to which the limit of a topic applies as well.
  const parcelBytes = Math.min(PARCEL_BYTES, ...limits.values());
  let parcel: EventRecord[] = [];
  let room = parcelBytes;
  for (const event of events) {
    const record = late ? asLate(encode(records, event)) : encode(records, event);
    const bytes = sizeOf(record);
    const limit = limits.get(record.topic) ?? Infinity;
    if (bytes > limit) {
      const message = `${event.type} makes a record of ${bytes} bytes, and ${record.topic} takes at most ${limit}`;
      throw new PoisonEvent(event, 'record.too-large', message);
    }
    if (bytes > room && parcel.length > 0) {
      yield parcel;
      parcel = [];
      room = parcelBytes;
    }
    parcel.push(record);
    room -= bytes;
  }
  if (parcel.length > 0) yield parcel;
}

function asLate(record: EventRecord): EventRecord {
  return { ...record, headers: { ...record.headers, [LATE_HEADER]: 'true' } };
}

function encode(records: EventRecords, event: RecordedEvent): EventRecord {
  try {
    return records.encode(event);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PoisonEvent(event, 'record.not-encodable', `${event.type} cannot be encoded: ${reason}`, { cause });
  }
}
