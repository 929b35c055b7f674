import { jsonEvent, type RecordedEvent as ClientEvent } from '@eventstore/db-client';
import type { EventMetadata, NewEvent, RecordedEvent } from '#event-sourcing';
import { EventStoreDbError } from './failures';

/** The event's metadata as stored, with the id of the try that wrote it: by it a repeated append is told from a first one. */
interface StoredMetadata extends EventMetadata {
  readonly appendId: string;
}

export interface StoredEvent {
  readonly event: RecordedEvent;
  readonly appendId: string;
}

/** What servers before 22.6 give as the position of an event that is read from its stream: the largest of 64 bits. */
const NO_POSITION = 0xffff_ffff_ffff_ffffn;

export function proposedEvent({ id, type, data, metadata }: NewEvent, appendId: string) {
  const stored: StoredMetadata = { ...metadata, appendId };
  return jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { ...stored } });
}

/** An event of this store, or `null` for what others wrote into the same database: the server itself, its projections. */
export function storedEvent(record: ClientEvent): StoredEvent | null {
  const stored: unknown = record.metadata;
  if (record.streamId.startsWith('$') || !record.isJson || !isStoredMetadata(stored)) return null;
  if (record.position === undefined || record.position.commit === NO_POSITION) {
    const message = 'the server gives no positions with the events of a stream; version 22.6 or later is needed';
    throw new EventStoreDbError('reading a stream', 'unsupported', message);
  }
  const { appendId, ...metadata } = stored;
  const event = {
    id: record.id,
    type: record.type,
    data: record.data,
    metadata,
    streamId: record.streamId,
    revision: Number(record.revision),
    position: record.position.commit,
    recordedAt: record.created,
  };
  return { event, appendId };
}

function isStoredMetadata(metadata: unknown): metadata is StoredMetadata {
  return typeof metadata === 'object' && metadata !== null && 'appendId' in metadata;
}
