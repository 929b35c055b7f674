import {
  schedule,
  settledAfterRevision,
  wallTimeAt,
  type BusinessCalendar,
  type CalendarRevision,
  type ExistingSchedule,
  type JobId,
  type ScheduleEvent,
} from '#domain';
import { toDomainEvent, START, type Position, type RecordedEvent } from '#event-sourcing';
import { NEVER, type NextTime, type NextTimes } from '../due/next-times';

/** A schedule as the scheduler knows it: a row of `scheduler.due`. */
export interface DueSchedule {
  readonly state: ExistingSchedule;
  /** Revision of the schedule's stream up to which this is known. */
  readonly revision: number;
  /** Nominal time of the last occurrence that the clock made due and that was requested or skipped. */
  readonly settledTo: Date | null;
  /** What the clock on the wall showed at `settledTo`, by the time zone data of then. */
  readonly settledWall: string | null;
  /** Occurrences requested since its definition. */
  readonly runs: number;
  /** Position up to which requests that made up for an outage are counted in `runs`. */
  readonly countedTo: Position;
  /** Jobs in a row that failed; kept only for a schedule that is paused after so many. */
  readonly failures: number;
  /** The last one of them. */
  readonly lastFailure: { readonly jobId: JobId; readonly message: string } | null;
}

const BEGINNING = { settledTo: null, settledWall: null, runs: 0, countedTo: START, failures: 0, lastFailure: null };

/** After one more event of the schedule's stream. An event seen before changes nothing. */
export function withScheduleEvent(known: DueSchedule | undefined, event: RecordedEvent): DueSchedule | undefined {
  if (known && event.revision <= known.revision) return known;
  const change = toDomainEvent<ScheduleEvent>(event);
  const state = schedule.evolve(known?.state ?? schedule.initial, change);
  if (state.status === 'absent') return known;
  const changed = { ...(known ?? BEGINNING), state, revision: event.revision };
  if (change.type === 'OccurrencesSkipped') return withSettledTo(changed, new Date(change.to));
  const begins = change.type === 'ScheduleRevised' || change.type === 'ScheduleResumed';
  return begins ? { ...changed, failures: 0, lastFailure: null } : changed;
}

/**
 * After an occurrence that the clock made due was requested or skipped. Occurrences are settled, and those requested counted,
 * in the order of their times, save for those that make up for an outage: these come later, in the order of their positions.
 */
export function withSettledOccurrence(
  known: DueSchedule,
  nominalTime: Date,
  request: { readonly catchUp: boolean; readonly position: Position } | null,
): DueSchedule {
  if (known.settledTo === null || nominalTime > known.settledTo) {
    return withSettledTo(request ? { ...known, runs: known.runs + 1 } : known, nominalTime);
  }
  return request?.catchUp === true && request.position > known.countedTo
    ? { ...known, runs: known.runs + 1, countedTo: request.position }
    : known;
}

/** After its calendar was revised: an occurrence that was settled stays so on whichever day it falls now. */
export function withRevisedCalendar(known: DueSchedule, revision: CalendarRevision): DueSchedule {
  const { settledTo, state } = known;
  return settledTo === null
    ? known
    : { ...known, settledTo: settledAfterRevision(state.definition, revision, settledTo) };
}

/** After a job of the schedule ended: a failure counts, a success ends the row of them. */
export function withJobEnd(known: DueSchedule, failure: DueSchedule['lastFailure']): DueSchedule {
  if (known.state.definition.pauseAfterFailures === null) return known;
  if (failure === null) return known.failures === 0 ? known : { ...known, failures: 0, lastFailure: null };
  return { ...known, failures: known.failures + 1, lastFailure: failure };
}

/** How many more occurrences may be requested; `Infinity` without a limit. */
export function runsLeft({ state, runs }: Pick<DueSchedule, 'state' | 'runs'>): number {
  const { maxRuns } = state.definition;
  return maxRuns === null ? Infinity : Math.max(0, maxRuns - runs);
}

/** What comes next of a schedule, neither settled nor before it counts. */
export function nextTimeOf(known: DueSchedule, calendar: BusinessCalendar | null, times: NextTimes): NextTime {
  const { state, settledTo } = known;
  if (state.status !== 'active' || runsLeft(known) === 0) return NEVER;
  return times.nextAfter(state.definition, calendar, later(settledTo, new Date(state.effectiveFrom)));
}

export function later(one: Date | null, other: Date): Date {
  return one !== null && one > other ? one : other;
}

function withSettledTo(known: DueSchedule, instant: Date): DueSchedule {
  if (known.settledTo !== null && known.settledTo >= instant) return known;
  return { ...known, settledTo: instant, settledWall: wallTimeAt(known.state.definition.timeZone, instant) };
}
