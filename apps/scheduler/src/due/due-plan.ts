import { schedule as scheduleDecider, streamOf, toInstant, type BusinessCalendar, type SkippedStretch } from '#domain';
import { derivedId, toNewEvents, type Append } from '#event-sourcing';
import { later, runsLeft, type DueSchedule } from '../projection/due-schedule';
import type { ClaimedSchedule, SettledSchedule } from './due-table';
import { NEVER, type NextTime, type NextTimes } from './next-times';
import { contextOf, planOccurrences, type Occurrence, type OccurrenceFacts } from './occurrence-plan';

/** What is to be appended for one schedule, and where it stands afterwards. */
export interface DuePlan {
  readonly schedule: ClaimedSchedule;
  /** The stretches that are left out, on the schedule's own stream; null when there are none. */
  readonly skip: Append | null;
  /** One stream each, in the order of their nominal times. */
  readonly occurrences: readonly Occurrence[];
  /** Late occurrences that are to be requested by and by. */
  readonly catchUp: CatchUpStretch | null;
  readonly settled: SettledSchedule;
}

/** Occurrences of a schedule from the first to the last, both nominal times. */
export interface CatchUpStretch {
  readonly from: Date;
  readonly until: Date;
}

export interface PlanFacts extends OccurrenceFacts {
  readonly times: NextTimes;
  /** The calendar that the schedule names; null without one. */
  readonly calendar: BusinessCalendar | null;
  /** What is due before this is late. */
  readonly lateBefore: Date;
  /** End of what is promised already to be requested late; null when nothing is. */
  readonly promisedTo: Date | null;
}

/**
 * Decides what becomes of a schedule's due occurrences. Those in time are requested. While some are late, nothing is requested
 * yet: these are promised, to be requested by and by, and the schedule goes on with those in time. The schedule's row must show
 * its stream's head.
 */
export function planDue(schedule: ClaimedSchedule, facts: PlanFacts): DuePlan {
  const { state, settledTo, nextRunAt } = schedule;
  const { times, calendar, now, lateBefore, promisedTo } = facts;
  if (promisedTo !== null && promisedTo >= nextRunAt) {
    const settled = settledAt(schedule, promisedTo, times.nextAfter(state.definition, calendar, promisedTo), facts);
    return { schedule, skip: null, occurrences: [], catchUp: null, settled };
  }
  const since = later(settledTo, new Date(state.effectiveFrom));
  const answer = times.dueBy(now, state.definition, calendar, { since, nextDue: nextRunAt });
  const skip = skipAppend(schedule, answer.skipped, now);
  const skippedTo = answer.skipped.at(-1)?.to ?? null;
  const left = runsLeft(schedule);
  const late = left === 0 ? [] : answer.request.filter((nominalTime) => nominalTime < lateBefore);
  const [from, until] = [late[0], late.at(-1)];
  const occurrences = until ? [] : planOccurrences(schedule, answer.request, facts, IN_TIME);
  const usesUp = occurrences.filter(({ requests }) => requests).length === left;
  const newlySettledTo = occurrences.at(-1)?.nominalTime ?? until ?? skippedTo ?? nextRunAt;
  const moment = until ? (answer.request[late.length] ?? answer.next) : answer.next;
  const next = usesUp ? NEVER : times.nextAfter(state.definition, calendar, newlySettledTo, moment);
  const settled = settledAt(schedule, newlySettledTo, next, facts);
  return {
    ...{ schedule, skip, occurrences, catchUp: from && until ? { from, until } : null },
    settled: skip ? { ...settled, skippedTo, revision: schedule.revision + skip.events.length } : settled,
  };
}

const IN_TIME = () => ({ catchUp: false });

function settledAt(
  { state, revision }: DueSchedule,
  settledTo: Date,
  next: NextTime,
  { times }: PlanFacts,
): SettledSchedule {
  const settledWall = times.wallTimeAt(state.definition.timeZone, settledTo);
  return { scheduleId: state.scheduleId, settledTo, settledWall, ...next, skippedTo: null, revision };
}

/** Each stretch is decided on the state before all of them: two of different reasons may end at the same time. */
function skipAppend({ state, revision }: ClaimedSchedule, stretches: readonly SkippedStretch[], now: Date) {
  const { scheduleId } = state;
  const at = toInstant(now);
  const events = stretches.flatMap(({ from, to, count, reason }) => {
    const stretch = { scheduleId, from: toInstant(from), to: toInstant(to), count, reason };
    const decision = scheduleDecider.decide({ type: 'SkipOccurrences', ...stretch, at }, state);
    return decision.accepted ? decision.events : [];
  });
  const [first] = stretches;
  const last = stretches.at(-1);
  if (first === undefined || last === undefined || events.length === 0) return null;
  const context = contextOf(derivedId(scheduleId, `skip ${toInstant(first.from)} ${toInstant(last.to)}`));
  return { streamId: streamOf('schedule', scheduleId), expected: revision, events: toNewEvents(events, context) };
}
