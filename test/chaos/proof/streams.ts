import { job, streamOf, type DeliveryEvent, type JobEvent, type JobState, type NotificationEvent } from '#domain';
import { fold, toDomainEvent, type RecordedEvent } from '#event-sourcing';

/** The events of each stream, by stream id. */
export type Streams = ReadonlyMap<string, readonly RecordedEvent[]>;

export function byStream(events: readonly RecordedEvent[]): Streams {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const known = streams.get(event.streamId);
    if (known) known.push(event);
    else streams.set(event.streamId, [event]);
  }
  return streams;
}

interface EventsOf {
  readonly delivery: DeliveryEvent;
  readonly notification: NotificationEvent;
}

/** Of one kind of aggregate, each one's id and its events. */
export function historiesOf<Aggregate extends keyof EventsOf>(
  streams: Streams,
  aggregate: Aggregate,
): readonly { readonly id: string; readonly history: readonly EventsOf[Aggregate][] }[] {
  const prefix = streamOf(aggregate, '');
  return [...streams].flatMap(([streamId, history]) =>
    streamId.startsWith(prefix)
      ? [
          {
            id: streamId.slice(prefix.length),
            history: history.map((event) => toDomainEvent<EventsOf[Aggregate]>(event)),
          },
        ]
      : [],
  );
}

export function stateOf(history: readonly RecordedEvent[]): JobState {
  return fold(
    job,
    history.map((event) => toDomainEvent<JobEvent>(event)),
  );
}
