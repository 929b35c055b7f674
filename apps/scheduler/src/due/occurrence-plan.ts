import {
  job,
  occurrenceJobId,
  selfServiceRequest,
  startAfterOf,
  streamOf,
  toInstant,
  type JobCommand,
  type JobId,
  type ScheduleId,
  type SkipReason,
} from '#domain';
import { toNewEvents, type Append, type CommandContext } from '#event-sourcing';
import { runsLeft, type DueSchedule } from '../projection/due-schedule';
import type { KnownTemplate } from '../projection/known-template';
import { decideOverlap, type OpenJob } from './overlap';

/** In whose name occurrences are requested, and jobs cancelled that are in their way. */
export const ACTOR = 'system:scheduler';

export interface OccurrenceFacts {
  readonly now: Date;
  readonly template: KnownTemplate | undefined;
  /** Jobs of the schedule that have not ended; empty where nobody minds them. */
  readonly open: readonly OpenJob[];
  /** Attempts that each job gets. */
  readonly maxAttempts: number;
}

/** An occurrence, to be settled as the first event of its own stream. */
export interface Occurrence {
  readonly scheduleId: ScheduleId;
  readonly jobId: JobId;
  readonly nominalTime: Date;
  /** Whether it is requested, else skipped. */
  readonly requests: boolean;
  /** Jobs that are cancelled before. */
  readonly cancels: readonly JobId[];
  readonly append: Append;
}

export interface OccurrenceTerms {
  /** It makes up for an outage. */
  readonly catchUp: boolean;
  /** Why it is skipped, if that is known already. */
  readonly skip?: SkipReason | undefined;
}

/**
 * What becomes of a schedule's occurrences, in the order given. Once its runs are used up nothing is due any more: the answer
 * is then shorter than the times. The schedule's row must show its stream's head.
 */
export function planOccurrences(
  schedule: DueSchedule,
  times: readonly Date[],
  facts: OccurrenceFacts,
  termsOf: (nominalTime: Date) => OccurrenceTerms,
): readonly Occurrence[] {
  let left = runsLeft(schedule);
  let { open } = facts;
  const occurrences: Occurrence[] = [];
  for (const [place, nominalTime] of times.entries()) {
    if (left === 0) break;
    const jobId = occurrenceJobId(schedule.state.scheduleId, toInstant(nominalTime));
    const terms = termsOf(nominalTime);
    const others = open.filter((other) => other.jobId !== jobId);
    const anotherFollows = place + 1 < times.length;
    const { command, cancels } = decide(schedule, { jobId, nominalTime, ...terms }, others, facts, anotherFollows);
    const requests = command.type === 'RequestJob';
    const { scheduleId } = schedule.state;
    occurrences.push({ scheduleId, jobId, nominalTime, requests, cancels, append: appendOf(jobId, command) });
    if (!requests) continue;
    left -= 1;
    open = [...others.filter((other) => !cancels.includes(other.jobId)), { jobId, waits: true }];
  }
  return occurrences;
}

/** Made from the occurrence alone, so that a repeat after a crash is recognised as one. */
export function contextOf(commandId: string): CommandContext {
  return { commandId, correlationId: commandId, causationId: null, actor: ACTOR, traceparent: null };
}

interface Candidate extends OccurrenceTerms {
  readonly jobId: JobId;
  readonly nominalTime: Date;
}

interface Decided {
  readonly command: JobCommand;
  readonly cancels: readonly JobId[];
}

function decide(
  schedule: DueSchedule,
  candidate: Candidate,
  open: readonly OpenJob[],
  facts: OccurrenceFacts,
  anotherFollows: boolean,
): Decided {
  const { scheduleId, definition } = schedule.state;
  const { jobId, nominalTime, catchUp } = candidate;
  const { template } = facts;
  const skipped = (reason: SkipReason): Decided => ({
    command: {
      ...{ type: 'SkipOccurrence', jobId, scheduleId, nominalTime: toInstant(nominalTime), reason },
      at: toInstant(facts.now),
    },
    cancels: [],
  });
  if (candidate.skip) return skipped(candidate.skip);
  if (template?.state.status !== 'active') return skipped(template ? 'template_archived' : 'template_invalid');
  const overlap = decideOverlap(definition.overlap, open);
  if (overlap.type === 'skip') return skipped('overlap');
  // What would only be cancelled by the next one need not begin, and what is late cancels nothing.
  const givesWay = anotherFollows || (catchUp && open.length > 0);
  if (definition.overlap === 'cancel_running' && givesWay) return skipped('overlap');
  const { exclusive, cancel: cancels } = overlap;
  return { command: requestOf(schedule, { jobId, nominalTime, catchUp, exclusive }, template, facts), cancels };
}

function requestOf(
  { state, revision }: DueSchedule,
  terms: { readonly jobId: JobId; readonly nominalTime: Date; readonly catchUp: boolean; readonly exclusive: boolean },
  template: KnownTemplate,
  { now, maxAttempts }: OccurrenceFacts,
): JobCommand {
  const { scheduleId, owner, definition } = state;
  const nominalTime = toInstant(terms.nominalTime);
  const request = selfServiceRequest({
    ...terms,
    origin: 'schedule',
    owner,
    template: template.state,
    templateRevision: template.revision,
    schedule: { scheduleId, revision },
    rerunOf: null,
    parameters: [],
    nominalTime,
    timeZone: definition.timeZone,
    priority: definition.priority,
    maxAttempts,
    startBefore: null,
    startAfter: startAfterOf(terms.jobId, nominalTime, definition.jitterSeconds),
  });
  return { type: 'RequestJob', request, at: toInstant(now) };
}

function appendOf(jobId: JobId, command: JobCommand): Append {
  const decision = job.decide(command, job.initial);
  if (!decision.accepted) throw new Error(`an occurrence was refused on an empty stream: ${decision.refusal.code}`);
  return {
    streamId: streamOf('job', jobId),
    expected: 'no-stream',
    // The job's id follows from schedule and nominal time, and so names the command as well.
    events: toNewEvents(decision.events, contextOf(jobId)),
  };
}
