import { createHash } from 'node:crypto';
import {
  UndecodableRecord,
  type EventRecord,
  type EventRecords,
  type ReceivedRecord,
  type RecordedEvent,
  type TopicDeclaration,
} from '#event-sourcing';

/** Events as plain JSON in two topics: the feed's own tests depend on no schemas. */
export class JsonRecords implements EventRecords {
  readonly topics: readonly TopicDeclaration[];

  constructor(prefix: string, partitions: number) {
    this.topics = ['even', 'odd'].map((name) => ({ name: `${prefix}.${name}.v1`, partitions, config: {} }));
  }

  topicOf(streamId: string): string {
    if (!streamId.startsWith('thing-')) throw new RangeError(`${streamId} is the stream of no known aggregate`);
    const odd = (createHash('md5').update(streamId).digest()[0] ?? 0) % 2;
    return this.topics[odd]?.name ?? '';
  }

  encode(event: RecordedEvent): EventRecord {
    const { streamId } = event;
    const value = Buffer.from(JSON.stringify({ ...event, position: event.position.toString() }));
    return { topic: this.topicOf(streamId), key: streamId, value, headers: { ce_type: event.type } };
  }

  decode({ value }: ReceivedRecord): RecordedEvent {
    const text = value?.toString() ?? '';
    if (!text.startsWith('{')) throw new UndecodableRecord('record.malformed', `no object in ${JSON.stringify(text)}`);
    const stored = JSON.parse(text) as Omit<RecordedEvent, 'position' | 'recordedAt'> & Record<string, string>;
    return { ...stored, position: BigInt(stored.position ?? ''), recordedAt: new Date(stored.recordedAt ?? '') };
  }
}
