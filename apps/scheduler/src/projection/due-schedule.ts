import {
  schedule,
  settledAfterRevision,
  type BusinessCalendar,
  type CalendarRevision,
  type ExistingSchedule,
  type ScheduleEvent,
} from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import type { NextTimes } from '../due/next-times';

/** A schedule as the scheduler knows it: a row of `scheduler.due`. */
export interface DueSchedule {
  readonly state: ExistingSchedule;
  /** Revision of the schedule's stream up to which this is known. */
  readonly revision: number;
  /** Nominal time of the last occurrence that was requested or skipped. */
  readonly settledTo: Date | null;
}

/** After one more event of the schedule's stream. An event seen before changes nothing. */
export function withScheduleEvent(known: DueSchedule | undefined, event: RecordedEvent): DueSchedule | undefined {
  if (known && event.revision <= known.revision) return known;
  const change = toDomainEvent<ScheduleEvent>(event);
  const state = schedule.evolve(known?.state ?? schedule.initial, change);
  if (state.status === 'absent') return known;
  const settledTo = known?.settledTo ?? null;
  return {
    state,
    revision: event.revision,
    settledTo: change.type === 'OccurrencesSkipped' ? later(settledTo, new Date(change.to)) : settledTo,
  };
}

/** After an occurrence was requested or skipped. Occurrences of a schedule are settled in the order of their times. */
export function withSettledOccurrence(known: DueSchedule, nominalTime: Date): DueSchedule {
  return { ...known, settledTo: later(known.settledTo, nominalTime) };
}

/** After its calendar was revised: an occurrence that was settled stays so on whichever day it falls now. */
export function withRevisedCalendar(known: DueSchedule, revision: CalendarRevision): DueSchedule {
  const { settledTo, state } = known;
  return settledTo === null
    ? known
    : { ...known, settledTo: settledAfterRevision(state.definition, revision, settledTo) };
}

/** The first due time that is neither settled nor before the schedule counts; null when nothing is due. */
export function nextRunOf(
  { state, settledTo }: DueSchedule,
  calendar: BusinessCalendar | null,
  times: NextTimes,
): Date | null {
  if (state.status !== 'active') return null;
  return times.after(state.definition, calendar, later(settledTo, new Date(state.effectiveFrom)));
}

export function later(one: Date | null, other: Date): Date {
  return one !== null && one > other ? one : other;
}
