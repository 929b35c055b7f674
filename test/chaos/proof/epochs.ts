import type { ScheduleDefinition, ScheduleEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** A stretch of time in which one definition of a schedule was in force. All times are milliseconds since 1970. */
export interface Epoch {
  readonly definition: ScheduleDefinition;
  /** Revisions of the schedule's stream that are its head in this time, both included. */
  readonly revisions: { readonly first: number; last: number };
  /** Nothing is due at or before it, as the event says. */
  readonly from: number;
  /** When the event was recorded, by the database's clock. */
  readonly begunAt: number;
  /** When the event was recorded that ended it; `Infinity` when none did. */
  endedAt: number;
}

/** What its stream tells of a schedule. The product's own reckoning of times is not used: this is to judge it. */
export interface ScheduleHistory {
  readonly scheduleId: string;
  readonly epochs: readonly Epoch[];
  readonly skipped: readonly Extract<ScheduleEvent, { type: 'OccurrencesSkipped' }>[];
}

export function scheduleHistory(history: readonly RecordedEvent[]): ScheduleHistory {
  const epochs: Epoch[] = [];
  const skipped: Extract<ScheduleEvent, { type: 'OccurrencesSkipped' }>[] = [];
  let scheduleId = '';
  let definition: ScheduleDefinition | null = null;
  let from = -Infinity;
  for (const recorded of history) {
    const event = toDomainEvent<ScheduleEvent>(recorded);
    const at = recorded.recordedAt.getTime();
    const begin = (effectiveFrom: number): void => {
      if (definition === null) throw new Error(`${recorded.streamId} does not begin with its definition`);
      from = effectiveFrom;
      const revisions = { first: recorded.revision, last: recorded.revision };
      epochs.push({ definition, revisions, from, begunAt: at, endedAt: Infinity });
    };
    const current = epochs.findLast(({ endedAt }) => endedAt === Infinity);
    const end = (): void => {
      if (current) current.endedAt = at;
    };
    switch (event.type) {
      case 'ScheduleDefined':
        ({ scheduleId, definition } = event);
        begin(Date.parse(event.at));
        break;
      case 'ScheduleRevised':
        ({ definition } = event);
        end();
        if (current) begin(Date.parse(event.at));
        break;
      case 'ScheduleResumed':
        begin(Math.max(from, Date.parse(event.at)));
        break;
      case 'SchedulePaused':
      case 'ScheduleRemoved':
        end();
        break;
      case 'OccurrencesSkipped':
        skipped.push(event);
        if (current) current.revisions.last = recorded.revision;
        break;
    }
  }
  return { scheduleId, epochs, skipped };
}

/** The nominal times of an epoch's definition after `after` and up to `until`, both milliseconds since 1970. */
export function nominalTimes({ definition }: Epoch, after: number, until: number): readonly number[] {
  const { recurrence, timeZone, startsAt, endsAt } = definition;
  if (recurrence.type !== 'minutes' || timeZone !== 'UTC' || DAY_MINUTES % recurrence.every !== 0) {
    throw new Error(`only every so many minutes of a day in UTC can be judged, not ${JSON.stringify(recurrence)}`);
  }
  const step = recurrence.every * MINUTE_MS;
  const first = Math.max(after + 1, startsAt === null ? -Infinity : Date.parse(startsAt));
  const last = Math.min(until, endsAt === null ? Infinity : Date.parse(endsAt));
  const times: number[] = [];
  for (let time = Math.ceil(first / step) * step; time <= last; time += step) times.push(time);
  return times;
}
