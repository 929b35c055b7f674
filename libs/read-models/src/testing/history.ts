import { v5 } from 'uuid';
import type {
  BackfillEvent,
  BurstEvent,
  BurstPlanEvent,
  CalendarEvent,
  CircuitEvent,
  DataSourceEvent,
  DatasetEvent,
  DeliveryEvent,
  DeliveryPlanEvent,
  DestinationEvent,
  JobEvent,
  NotificationEvent,
  PreferencesEvent,
  ScheduleEvent,
  TemplateEvent,
} from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { shuffled } from '#event-sourcing/testing';

const NAMESPACE = '3f1d7a6e-2f44-4f6e-8d4b-0f6a5f0e7a10';

export type AnyDomainEvent =
  | BurstPlanEvent
  | BurstEvent
  | DestinationEvent
  | DeliveryPlanEvent
  | DeliveryEvent
  | CalendarEvent
  | BackfillEvent
  | CircuitEvent
  | DataSourceEvent
  | DatasetEvent
  | TemplateEvent
  | ScheduleEvent
  | JobEvent
  | PreferencesEvent
  | NotificationEvent;

/** An id that the same words give again. */
export function idOf(words: string): string {
  return v5(words, NAMESPACE);
}

/** Events as a store would have recorded them, in the order in which they are added. */
export class History {
  readonly events: RecordedEvent[] = [];
  readonly #revisions = new Map<string, number>();

  add(
    streamId: string,
    event: AnyDomainEvent | { readonly type: string; readonly at?: string },
    actor = 'system:test',
  ): this {
    const { type, ...data } = event;
    const revision = (this.#revisions.get(streamId) ?? -1) + 1;
    this.#revisions.set(streamId, revision);
    const id = idOf(`${streamId} ${revision}`);
    this.events.push({
      id,
      type,
      data,
      streamId,
      revision,
      position: BigInt(this.events.length + 1),
      recordedAt: new Date(Date.UTC(2026, 10, 23, 12) + this.events.length),
      metadata: {
        commandId: idOf(`command of ${id}`),
        correlationId: idOf('correlation'),
        causationId: null,
        actor,
        traceparent: null,
        schemaVersion: 1,
      },
    });
    return this;
  }
}

/** The events of each stream, in their order. */
export function byStream(events: readonly RecordedEvent[]): ReadonlyMap<string, readonly RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const stream = streams.get(event.streamId);
    if (stream) stream.push(event);
    else streams.set(event.streamId, [event]);
  }
  return streams;
}

/** The same events with the streams interleaved anew: the order within each stream stays. Positions follow the new order. */
export function interleaved(events: readonly RecordedEvent[], seed: number): readonly RecordedEvent[] {
  const streams = byStream(events);
  const turns = shuffled(
    events.map(({ streamId }) => streamId),
    seed,
  );
  const next = new Map<string, number>();
  return turns.map((streamId, index) => {
    const place = next.get(streamId) ?? 0;
    next.set(streamId, place + 1);
    const event = streams.get(streamId)?.[place];
    if (!event) throw new Error(`no event ${place} of ${streamId}`);
    return { ...event, position: BigInt(index + 1) };
  });
}
