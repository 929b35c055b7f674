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
  /**
   * Nor what the scheduler had come to: where it had decided on something that was due then or later, of any schedule, so many milliseconds
   * before the change, nothing but a lock that somebody kept can have been in the way. Default: that is no sign.
   */
  readonly lockedWithinMs?: number;
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
  const comeTo = turnsOf(streams);
  const known = new Map(histories.map((history) => [history.scheduleId, history]));
  return [
    ...histories.flatMap((history) => checkSchedule(history, streams, comeTo, options)),
    ...[...streams].flatMap(([streamId, [first]]) => (first ? checkOutcome(streamId, first, known) : [])),
  ];
}

function checkSchedule(
  { scheduleId, epochs, skipped }: ScheduleHistory,
  streams: Streams,
  comeTo: (nominal: number) => number,
  { until, givenUpWithinMs = 0, lockedWithinMs = Infinity }: OccurrenceOptions,
): readonly string[] {
  const violations: string[] = [];
  for (const epoch of epochs) {
    const { begunAt, from, endedAt } = epoch;
    const certainTo = Math.min(until.getTime(), endedAt - (endedAt === Infinity ? 0 : givenUpWithinMs));
    for (const nominal of nominalTimes(epoch, from, Math.min(until.getTime(), endedAt))) {
      const time = new Date(nominal).toISOString();
      const stretches = skipped.filter((stretch) => stretch.from <= time && time <= stretch.to).length;
      const outcomes = stretches + (streams.has(streamOf('job', occurrenceJobId(scheduleId, time))) ? 1 : 0);
      // The scheduler may hear of a definition as late as an outage lets it.
      const isKnown = nominal > begunAt + givenUpWithinMs;
      const hadItsTurn = (): boolean => isKnown && comeTo(nominal) + lockedWithinMs <= endedAt;
      const isCertain = (): boolean => nominal > begunAt && (nominal <= certainTo || hadItsTurn());
      if (outcomes > 1 || (outcomes === 0 && isCertain())) {
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

/** Gives when the scheduler had come to a nominal time: it decided on that or a later one, of whatever schedule. `Infinity`: never. */
function turnsOf(streams: Streams): (nominal: number) => number {
  const earliest = new Map<number, number>();
  for (const [first] of streams.values()) {
    const outcome = first ? outcomeOf(first) : null;
    if (!first || !outcome) continue;
    const nominal = Date.parse(outcome.nominalTime);
    earliest.set(nominal, Math.min(first.recordedAt.getTime(), earliest.get(nominal) ?? Infinity));
  }
  return (nominal) => Math.min(...[...earliest].filter(([due]) => due >= nominal).map(([, at]) => at));
}

interface Outcome {
  readonly scheduleId: string;
  readonly nominalTime: string;
  readonly scheduleRevision?: number | null;
  readonly origin?: string;
}

/** Of an occurrence; null for a run by hand and for what begins no job. */
function outcomeOf({ type, data }: RecordedEvent): Outcome | null {
  if (type !== 'JobRequested' && type !== 'OccurrenceSkipped') return null;
  type Told = Omit<Outcome, 'scheduleId'> & { readonly scheduleId: string | null };
  const { scheduleId, ...more } =
    type === 'JobRequested' ? (data as { readonly request: Told }).request : (data as Told);
  return scheduleId === null || (more.origin ?? 'schedule') !== 'schedule' ? null : { scheduleId, ...more };
}

/** A job of a schedule, or a skip that is a stream of its own. */
function checkOutcome(
  streamId: string,
  first: RecordedEvent,
  schedules: ReadonlyMap<string, ScheduleHistory>,
): readonly string[] {
  const outcome = outcomeOf(first);
  if (outcome === null) return [];
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
