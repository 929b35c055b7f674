import { occurrenceJobId, streamOf } from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { nominalTimes, scheduleHistory, type Epoch, type ScheduleHistory } from './epochs';
import { byStream, type Streams } from './streams';

export interface OccurrenceOptions {
  /** Occurrences due up to here must have been dealt with. */
  readonly until: Date;
  /**
   * A pause, a revision and a removal give up what has not had its turn. What was due for longer than so many milliseconds before
   * cannot be given up: an outage that long there was not.
   */
  readonly givenUpWithinMs?: number;
}

/** Clocks of machines that are kept in step differ by less, milliseconds. */
const EARLY_MS = 1000;

/**
 * Every occurrence of every schedule has exactly one outcome, a job or a skip, and none before it was due; and no job is of a time
 * that was not due. Reckoned from the events of the schedules alone. A sentence for each fault.
 */
export function checkOccurrences(events: readonly RecordedEvent[], options: OccurrenceOptions): readonly string[] {
  const streams = byStream(events);
  const histories = [...streams].flatMap(([streamId, history]) =>
    streamId.startsWith('schedule-') ? [scheduleHistory(history)] : [],
  );
  const known = new Map(histories.map((history) => [history.scheduleId, history]));
  return [
    ...histories.flatMap((history) => checkSchedule(history, streams, options)),
    ...[...streams].flatMap(([streamId, [first]]) => (first ? checkOutcome(streamId, first, known) : [])),
  ];
}

function checkSchedule(
  { scheduleId, epochs, skipped }: ScheduleHistory,
  streams: Streams,
  { until, givenUpWithinMs = 0 }: OccurrenceOptions,
): readonly string[] {
  const violations: string[] = [];
  for (const epoch of epochs) {
    const { begunAt, from, endedAt } = epoch;
    const certainTo = Math.min(until.getTime(), endedAt - (endedAt === Infinity ? 0 : givenUpWithinMs));
    for (const nominal of nominalTimes(epoch, from, Math.min(until.getTime(), endedAt))) {
      const time = new Date(nominal).toISOString();
      const stretches = skipped.filter((stretch) => stretch.from <= time && time <= stretch.to).length;
      const outcomes = stretches + (streams.has(streamOf('job', occurrenceJobId(scheduleId, time))) ? 1 : 0);
      const isCertain = nominal > begunAt && nominal <= certainTo;
      if (outcomes > 1 || (outcomes === 0 && isCertain)) {
        violations.push(`${scheduleId} at ${time} has ${outcomes} outcomes`);
      }
    }
  }
  for (const { from, to, count, at } of skipped) {
    if (Date.parse(at) + EARLY_MS < Date.parse(to)) violations.push(`${scheduleId} skipped ${to} before it was due`);
    const counts = epochs.map((epoch) => nominalTimes(epoch, Date.parse(from) - 1, Date.parse(to)).length);
    if (!counts.includes(count)) violations.push(`${scheduleId} skipped ${count} from ${from} to ${to}`);
  }
  return violations;
}

interface Outcome {
  readonly scheduleId: string | null;
  readonly nominalTime: string;
  readonly scheduleRevision?: number | null;
  readonly origin?: string;
}

/** A job of a schedule, or a skip that is a stream of its own. */
function checkOutcome(
  streamId: string,
  first: RecordedEvent,
  schedules: ReadonlyMap<string, ScheduleHistory>,
): readonly string[] {
  const outcome =
    first.type === 'JobRequested'
      ? (first.data as { readonly request: Outcome }).request
      : first.type === 'OccurrenceSkipped'
        ? (first.data as Outcome)
        : null;
  if (outcome === null || outcome.scheduleId === null || (outcome.origin ?? 'schedule') !== 'schedule') return [];
  const { scheduleId, nominalTime, scheduleRevision = null } = outcome;
  const violations: string[] = [];
  if (streamId !== streamOf('job', occurrenceJobId(scheduleId, nominalTime))) {
    violations.push(`${streamId} is not the stream of ${scheduleId} at ${nominalTime}`);
  }
  if (first.recordedAt.getTime() + EARLY_MS < Date.parse(nominalTime)) {
    violations.push(`${scheduleId} at ${nominalTime} was decided early, at ${first.recordedAt.toISOString()}`);
  }
  const epochs = schedules.get(scheduleId)?.epochs ?? [];
  if (!epochs.some((epoch) => isOfRevision(epoch, scheduleRevision) && isDue(epoch, Date.parse(nominalTime)))) {
    violations.push(`${scheduleId} was never due at ${nominalTime}`);
  }
  return violations;
}

function isOfRevision({ revisions }: Epoch, revision: number | null): boolean {
  return revision === null || (revisions.first <= revision && revision <= revisions.last);
}

function isDue(epoch: Epoch, nominal: number): boolean {
  return nominal > epoch.from && nominalTimes(epoch, nominal - 1, nominal).length === 1;
}
