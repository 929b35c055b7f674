import type { EventRecords, RecordedEvent } from '#event-sourcing';

/** Events as JSON: for tests of what carries records, whatever is in them. Any stream goes to the one topic. */
export function jsonRecords(topic: string, config: Readonly<Record<string, string>> = {}): EventRecords {
  return {
    topics: [{ name: topic, partitions: 3, config }],
    topicOf: () => topic,
    encode(event) {
      if (event.type === 'Unknown') throw new RangeError('there is no schema of Unknown');
      const value = Buffer.from(JSON.stringify({ ...event, position: event.position.toString() }));
      return { topic, key: event.streamId, value, headers: { ce_sequence: event.position.toString() } };
    },
    decode({ value }) {
      const event = JSON.parse(value?.toString() ?? 'null') as RecordedEvent & { readonly position: string };
      return { ...event, position: BigInt(event.position) };
    },
  };
}
