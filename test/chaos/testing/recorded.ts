import type { DeliveryEvent, DeliveryPlanEvent, JobEvent, NotificationEvent, ScheduleEvent } from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { someEvent } from '#event-sourcing/testing';

/** An event of the stream, without its type's obligations: what a checker is to find need not be possible. */
export type Told = readonly [
  streamId: string,
  type: (JobEvent | ScheduleEvent | DeliveryPlanEvent | DeliveryEvent | NotificationEvent)['type'],
  data: object,
  at: string,
];

/** The id of the event that stands at a place of `recorded`, from 0. */
export function eventIdAt(place: number): string {
  return `e0000000-0000-4000-9000-${String(place).padStart(12, '0')}`;
}

/** The events as a store would have recorded them, each at its time. */
export function recorded(...told: readonly Told[]): readonly RecordedEvent[] {
  const revisions = new Map<string, number>();
  return told.map(([streamId, type, data, at], index) => {
    const revision = revisions.get(streamId) ?? 0;
    revisions.set(streamId, revision + 1);
    const place = { id: eventIdAt(index), streamId, revision, position: BigInt(index + 1), recordedAt: new Date(at) };
    return { ...someEvent(type, { at, ...data }), ...place };
  });
}
