import { CURRENT_VERSIONS } from '../published/published-events';
import type { EventRecord, ReceivedRecord, RecordedEvent } from '#event-sourcing';

/** A record as a consumer gets it from Kafka: keys and headers are bytes. */
export function received({ key, headers, ...record }: EventRecord, more: Partial<ReceivedRecord> = {}): ReceivedRecord {
  const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
  return { ...record, key: Buffer.from(key), headers: Object.fromEntries(bytes), ...more };
}

/** An event as a store would have recorded it now. */
export function recordedEvent(streamId: string, type: string, data: unknown): RecordedEvent {
  return {
    id: '7b1f2a44-6f5c-5c1e-9a57-0c6f5a3f0e01',
    type,
    data,
    streamId,
    revision: 3,
    position: 9_007_199_254_740_993n,
    recordedAt: new Date('2026-11-23T12:00:00.123Z'),
    metadata: {
      commandId: '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0e02',
      correlationId: 'correlation',
      causationId: '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0e03',
      actor: 'system:test',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      schemaVersion: CURRENT_VERSIONS.get(type) ?? 1,
    },
  };
}
