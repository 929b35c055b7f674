import { job, type JobEvent, type JobState } from '#domain';
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

export function stateOf(history: readonly RecordedEvent[]): JobState {
  return fold(
    job,
    history.map((event) => toDomainEvent<JobEvent>(event)),
  );
}
