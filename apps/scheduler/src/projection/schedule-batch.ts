import type { PoolClient } from '#database';
import {
  awaitedStream,
  millisecondsOf,
  MOST_LINKS,
  occurrenceJobId,
  streamOf,
  type Instant,
  type JobEvent,
  type JobId,
  type JobRequest,
  type ScheduleEvent,
  type ScheduleId,
} from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { loadDue } from '../due/due-table';
import { forgetJobs, noteEarlierJobs, noteOpenJobs, type ScheduledJob } from '../due/open-jobs';
import { mindsOverlap } from '../due/overlap';
import { forgetTriggered, loadTriggered, saveTriggered, type Triggered } from '../triggers/trigger-table';
import {
  later,
  runsLeft,
  withJobEnd,
  withScheduleEvent,
  withSettledOccurrence,
  type DueSchedule,
} from './due-schedule';
import { awaitingSchedules, requestsOf, type ProjectionReads } from './projection-reads';

const SCHEDULE_EVENTS: Record<ScheduleEvent['type'], true> = {
  ScheduleDefined: true,
  ScheduleRevised: true,
  SchedulePaused: true,
  ScheduleResumed: true,
  ScheduleRemoved: true,
  OccurrencesSkipped: true,
};
/** The first event of an occurrence's stream says that the occurrence is settled. */
const OCCURRENCE_EVENTS = ['JobRequested', 'OccurrenceSkipped'];
const JOB_ENDS = ['JobCompleted', 'JobFailed', 'JobCancelled', 'JobExpired'];
/** What a batch takes, in any order of streams but the one order of the store. */
export const SCHEDULE_BATCH_TYPES = [
  ...Object.keys(SCHEDULE_EVENTS),
  ...OCCURRENCE_EVENTS,
  ...JOB_ENDS,
  'DatasetRefreshed',
];

/** What a batch of events does to the scheduler's tables. All rows that it may change are locked from the beginning. */
export class ScheduleBatch {
  readonly #before: ReadonlyMap<ScheduleId, DueSchedule>;
  readonly #due: Map<ScheduleId, DueSchedule>;
  readonly #triggered: Map<JobId, Triggered>;
  readonly #changedTriggers = new Set<JobId>();
  readonly #forgottenTriggers = new Set<JobId>();
  readonly #opened: ScheduledJob[] = [];
  readonly #ended: JobId[] = [];
  readonly #beganToMind = new Set<ScheduleId>();

  private constructor(
    private readonly reads: ProjectionReads,
    private readonly requests: ReadonlyMap<JobId, JobRequest>,
    due: ReadonlyMap<ScheduleId, DueSchedule>,
    triggered: Map<JobId, Triggered>,
  ) {
    this.#before = due;
    this.#due = new Map(due);
    this.#triggered = triggered;
  }

  static async load(
    client: PoolClient,
    reads: ProjectionReads,
    events: readonly RecordedEvent[],
  ): Promise<ScheduleBatch> {
    const requests = await requestsOf(client, reads, events);
    const awaited = [
      ...[...requests.values()].flatMap(({ scheduleId }) =>
        scheduleId === null ? [] : streamOf('schedule', scheduleId),
      ),
      ...events.filter(({ type }) => type === 'DatasetRefreshed').map(({ streamId }) => streamId),
    ];
    const awaiting = await awaitingSchedules(client, awaited);
    const jobs = events.filter(({ type }) => OCCURRENCE_EVENTS.includes(type) || JOB_ENDS.includes(type));
    const wereTriggered = await loadTriggered(client, jobs.map(jobOf));
    const occurrences = events.flatMap((event) => occurrenceOf(event) ?? []);
    const own = events.flatMap((event) =>
      event.type in SCHEDULE_EVENTS ? toDomainEvent<ScheduleEvent>(event).scheduleId : [],
    );
    const ends = [...requests.values()].flatMap(({ scheduleId }) => scheduleId ?? []);
    const wanted = new Map<ScheduleId, Date | null>([...own, ...ends, ...awaiting].map((id) => [id, null]));
    for (const { jobId, scheduleId, nominalTime, request } of occurrences) {
      const isInTurn = !wereTriggered.has(jobId) && request?.catchUp !== true;
      const known = wanted.get(scheduleId);
      if (!isInTurn) wanted.set(scheduleId, null);
      else if (known !== null) wanted.set(scheduleId, later(known ?? null, nominalTime));
    }
    const due = wanted.size > 0 ? await loadDue(client, wanted) : new Map<ScheduleId, DueSchedule>();
    // Once more under the locks: until then, whoever requests them may mark them as settled.
    const triggered = wereTriggered.size > 0 ? await loadTriggered(client, [...wereTriggered.keys()]) : wereTriggered;
    return new ScheduleBatch(reads, requests, due, triggered);
  }

  apply(event: RecordedEvent): void {
    if (event.type in SCHEDULE_EVENTS) this.#applyToSchedule(event);
    else if (OCCURRENCE_EVENTS.includes(event.type)) this.#settle(event);
    else if (JOB_ENDS.includes(event.type)) this.#end(event);
    else if (event.type === 'DatasetRefreshed') {
      this.#trigger(event.streamId, toDomainEvent<{ readonly at: Instant }>(event).at, 1);
    }
  }

  /** `saveSchedules` saves those that changed, with their next times. */
  async save(client: PoolClient, saveSchedules: (changed: readonly DueSchedule[]) => Promise<void>): Promise<void> {
    const changed = [...this.#due.values()].filter((known) => this.#before.get(known.state.scheduleId) !== known);
    if (changed.length > 0) await saveSchedules(changed);
    await saveTriggered(
      client,
      [...this.#changedTriggers].flatMap((jobId) => this.#triggered.get(jobId) ?? []),
    );
    await forgetTriggered(client, [...this.#forgottenTriggers]);
    await noteOpenJobs(client, this.#opened);
    await noteEarlierJobs(client, [...this.#beganToMind]);
    await forgetJobs(client, this.#ended);
  }

  #applyToSchedule(event: RecordedEvent): void {
    const { scheduleId } = toDomainEvent<ScheduleEvent>(event);
    const known = this.#due.get(scheduleId);
    const changed = withScheduleEvent(known, event);
    if (!changed) return;
    this.#due.set(scheduleId, changed);
    const minds = mindsOverlap(changed.state.definition);
    if (known && minds && !mindsOverlap(known.state.definition)) this.#beganToMind.add(scheduleId);
  }

  /** Runs by hand settle nothing, even where they name the schedule. */
  #settle(event: RecordedEvent): void {
    const occurrence = occurrenceOf(event);
    const known = occurrence && this.#due.get(occurrence.scheduleId);
    if (!known) return;
    const { jobId, nominalTime, request } = occurrence;
    const triggered = this.#triggered.get(jobId);
    if (triggered) this.#settleTriggered(triggered, known, request !== null);
    else {
      const catchUp = request?.catchUp ?? false;
      const settled = withSettledOccurrence(known, nominalTime, request && { catchUp, position: event.position });
      this.#due.set(known.state.scheduleId, settled);
    }
    if (request && mindsOverlap(known.state.definition)) {
      this.#opened.push({ jobId, scheduleId: known.state.scheduleId });
    }
  }

  #settleTriggered(triggered: Triggered, known: DueSchedule, requested: boolean): void {
    if (!requested) this.#forgetTriggered(triggered.jobId);
    else if (!triggered.settled) {
      this.#due.set(known.state.scheduleId, { ...known, runs: known.runs + 1 });
      this.#putTriggered({ ...triggered, settled: true });
    }
  }

  #end(event: RecordedEvent): void {
    const jobId = jobOf(event);
    this.#ended.push(jobId);
    const links = this.#triggered.get(jobId)?.links ?? 0;
    if (this.#triggered.has(jobId)) this.#forgetTriggered(jobId);
    const request = this.requests.get(jobId);
    if (!request?.scheduleId) return;
    const end = toDomainEvent<JobEvent>(event);
    const known = this.#due.get(request.scheduleId);
    if (end.type === 'JobFailed' && known) {
      this.#due.set(request.scheduleId, withJobEnd(known, { jobId, message: end.failure.message }));
    }
    if (end.type !== 'JobCompleted') return;
    if (known) this.#due.set(request.scheduleId, withJobEnd(known, null));
    this.#trigger(streamOf('schedule', request.scheduleId), end.at, links + 1);
  }

  /** Makes due what waits for the stream, as far as it was in force at that time. */
  #trigger(awaited: string, at: Instant, links: number): void {
    for (const known of this.#due.values()) {
      const { scheduleId, status, definition, effectiveFrom } = known.state;
      if (status !== 'active' || awaitedStream(definition.recurrence) !== awaited) continue;
      const time = millisecondsOf(at);
      const { startsAt, endsAt } = definition;
      const isInWindow =
        time > millisecondsOf(effectiveFrom) &&
        (startsAt === null || time >= millisecondsOf(startsAt)) &&
        (endsAt === null || time <= millisecondsOf(endsAt));
      if (!isInWindow || runsLeft(known) === 0) continue;
      if (links > MOST_LINKS) {
        this.reads.logger.warn(
          { scheduleId, links, code: 'scheduler.chain_too_long' },
          'a chain of schedules was ended',
        );
        continue;
      }
      const nominalTime = new Date(time);
      const jobId = occurrenceJobId(scheduleId, nominalTime.toISOString());
      if (!this.#triggered.has(jobId)) this.#putTriggered({ jobId, scheduleId, nominalTime, links, settled: false });
    }
  }

  #putTriggered(triggered: Triggered): void {
    this.#triggered.set(triggered.jobId, triggered);
    this.#changedTriggers.add(triggered.jobId);
  }

  #forgetTriggered(jobId: JobId): void {
    this.#triggered.delete(jobId);
    this.#changedTriggers.delete(jobId);
    this.#forgottenTriggers.add(jobId);
  }
}

function jobOf({ streamId }: RecordedEvent): JobId {
  return streamId.slice(streamOf('job', '').length);
}

interface SettledEvent {
  readonly jobId: JobId;
  readonly scheduleId: ScheduleId;
  readonly nominalTime: Date;
  /** Null when it was skipped. */
  readonly request: JobRequest | null;
}

function occurrenceOf(event: RecordedEvent): SettledEvent | undefined {
  if (!OCCURRENCE_EVENTS.includes(event.type)) return undefined;
  const occurrence = toDomainEvent<JobEvent>(event);
  if (occurrence.type === 'OccurrenceSkipped') {
    const { jobId, scheduleId, nominalTime } = occurrence;
    return { jobId, scheduleId, nominalTime: new Date(nominalTime), request: null };
  }
  if (occurrence.type !== 'JobRequested') return undefined;
  const { request } = occurrence;
  const { jobId, origin, scheduleId, nominalTime } = request;
  if (origin !== 'schedule' || scheduleId === null) return undefined;
  return { jobId, scheduleId, nominalTime: new Date(nominalTime), request };
}
