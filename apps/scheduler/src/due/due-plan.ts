import {
  job,
  occurrenceJobId,
  schedule as scheduleDecider,
  selfServiceRequest,
  streamOf,
  toInstant,
  type BusinessCalendar,
  type JobCommand,
  type SkippedStretch,
} from '#domain';
import { derivedId, toNewEvents, type Append } from '#event-sourcing';
import { later } from '../projection/due-schedule';
import type { KnownTemplate } from '../projection/known-template';
import type { ClaimedSchedule, SettledSchedule } from './due-table';
import type { NextTimes } from './next-times';

/** In whose name occurrences are requested. */
const ACTOR = 'system:scheduler';

/** What is to be appended for one schedule, and where it stands afterwards. */
export interface DuePlan {
  readonly schedule: ClaimedSchedule;
  /** The stretches that are left out, on the schedule's own stream; null when there are none. */
  readonly skip: Append | null;
  /** One stream each, in the order of their nominal times. */
  readonly occurrences: readonly Append[];
  readonly settled: SettledSchedule;
}

export interface PlanFacts {
  readonly now: Date;
  readonly times: NextTimes;
  readonly template: KnownTemplate | undefined;
  /** The calendar that the schedule names; null without one. */
  readonly calendar: BusinessCalendar | null;
  /** Attempts that each job gets. */
  readonly maxAttempts: number;
}

/** Decides what becomes of a schedule's due occurrences. The schedule's row must show its stream's head. */
export function planDue(schedule: ClaimedSchedule, facts: PlanFacts): DuePlan {
  const { state, settledTo, revision, nextRunAt } = schedule;
  const since = later(settledTo, new Date(state.effectiveFrom));
  const answer = facts.times.dueBy(facts.now, state.definition, facts.calendar, { since, nextDue: nextRunAt });
  const skip = skipAppend(schedule, answer.skipped, facts.now);
  const skippedTo = answer.skipped.at(-1)?.to ?? null;
  return {
    schedule,
    skip,
    occurrences: answer.request.map((nominalTime) => occurrenceAppend(schedule, nominalTime, facts)),
    settled: {
      scheduleId: state.scheduleId,
      settledTo: answer.request.at(-1) ?? skippedTo ?? nextRunAt,
      nextRunAt: answer.next,
      skippedTo: skip && skippedTo,
      revision: revision + (skip?.events.length ?? 0),
    },
  };
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

function occurrenceAppend(schedule: ClaimedSchedule, nominalTime: Date, facts: PlanFacts): Append {
  const { scheduleId } = schedule.state;
  const jobId = occurrenceJobId(scheduleId, toInstant(nominalTime));
  const decision = job.decide(occurrenceCommand(schedule, jobId, nominalTime, facts), job.initial);
  if (!decision.accepted) throw new Error(`an occurrence was refused on an empty stream: ${decision.refusal.code}`);
  return {
    streamId: streamOf('job', jobId),
    expected: 'no-stream',
    // The job's id follows from schedule and nominal time, and so names the command as well.
    events: toNewEvents(decision.events, contextOf(jobId)),
  };
}

function occurrenceCommand(
  { state, revision }: ClaimedSchedule,
  jobId: string,
  nominalTime: Date,
  facts: PlanFacts,
): JobCommand {
  const at = toInstant(facts.now);
  const { scheduleId, owner, definition } = state;
  const { template, maxAttempts } = facts;
  if (template?.state.status !== 'active') {
    const reason = template ? 'template_archived' : 'template_invalid';
    return { type: 'SkipOccurrence', jobId, scheduleId, nominalTime: toInstant(nominalTime), reason, at };
  }
  const request = selfServiceRequest({
    jobId,
    origin: 'schedule',
    owner,
    template: template.state,
    templateRevision: template.revision,
    schedule: { scheduleId, revision },
    rerunOf: null,
    parameters: [],
    nominalTime: toInstant(nominalTime),
    timeZone: definition.timeZone,
    priority: definition.priority,
    maxAttempts,
    startBefore: null,
  });
  return { type: 'RequestJob', request, at };
}

/** Made from the occurrence alone, so that a repeat after a crash is recognised as one. */
function contextOf(commandId: string) {
  return { commandId, correlationId: commandId, causationId: null, actor: ACTOR, traceparent: null };
}
