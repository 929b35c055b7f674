import {
  isEnded,
  job,
  occurrenceJobId,
  schedule,
  streamOf,
  upcomingOccurrences,
  type JobEvent,
  type JobState,
  type ScheduleEvent,
} from '#domain';
import { fold, toDomainEvent, type RecordedEvent } from '#event-sourcing';

export interface History {
  /** Every event of the store, by position. */
  readonly events: readonly RecordedEvent[];
  /** Occurrences due up to here must have been dealt with. */
  readonly until: Date;
}

/** What the store's events alone prove to be wrong, one sentence each; an empty list when every promise was kept. */
export function checkHistory({ events, until }: History): readonly string[] {
  const streams = byStream(events);
  return [
    ...checkOrder(events, streams),
    ...[...streams].flatMap(([streamId, history]) => (streamId.startsWith('job-') ? checkJob(streamId, history) : [])),
    ...[...streams].flatMap(([streamId, history]) =>
      streamId.startsWith('schedule-') ? checkSchedule(history, streams, until) : [],
    ),
  ];
}

export function byStream(events: readonly RecordedEvent[]): ReadonlyMap<string, readonly RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const known = streams.get(event.streamId);
    if (known) known.push(event);
    else streams.set(event.streamId, [event]);
  }
  return streams;
}

function checkOrder(
  events: readonly RecordedEvent[],
  streams: ReadonlyMap<string, readonly RecordedEvent[]>,
): readonly string[] {
  const violations: string[] = [];
  events.forEach((event, index) => {
    const before = events[index - 1];
    if (before && before.position >= event.position) violations.push(`position ${event.position} is out of order`);
  });
  for (const [streamId, history] of streams) {
    if (history.some(({ revision }, index) => revision !== index))
      violations.push(`${streamId} has a gap in its revisions`);
  }
  if (new Set(events.map(({ id }) => id)).size !== events.length) violations.push('an event id stands twice');
  return violations;
}

const TERMINAL = new Set(['JobCompleted', 'JobFailed', 'JobCancelled', 'JobExpired', 'OccurrenceSkipped']);

function checkJob(streamId: string, history: readonly RecordedEvent[]): readonly string[] {
  const violations: string[] = [];
  const types = history.map(({ type }) => type);
  const requests = types.filter((type) => type === 'JobRequested').length;
  const ends = types.filter((type) => TERMINAL.has(type)).length;
  if (requests > 1) violations.push(`${streamId} was requested ${requests} times`);
  if (ends !== 1) violations.push(`${streamId} ended ${ends} times: ${types.join(', ')}`);
  const state = stateOf(history);
  if (state.status !== 'absent' && state.status !== 'skipped' && !isEnded(state.status)) {
    violations.push(`${streamId} is still ${state.status}`);
  }
  return violations;
}

export function stateOf(history: readonly RecordedEvent[]): JobState {
  return fold(
    job,
    history.map((event) => toDomainEvent<JobEvent>(event)),
  );
}

/** Every occurrence exactly one job or one recorded skip, and no job that was not due. */
function checkSchedule(
  history: readonly RecordedEvent[],
  streams: ReadonlyMap<string, readonly RecordedEvent[]>,
  until: Date,
): readonly string[] {
  const events = history.map((event) => toDomainEvent<ScheduleEvent>(event));
  const state = fold(schedule, events);
  // A schedule that was revised meanwhile has had several recurrences: its tests state what they expect themselves.
  const known = new Set(['ScheduleDefined', 'OccurrencesSkipped', 'SchedulePaused']);
  if (state.status === 'absent' || events.some(({ type }) => !known.has(type))) return [];
  const violations: string[] = [];
  const skipped = events.filter((event) => event.type === 'OccurrencesSkipped');
  const from = new Date(state.effectiveFrom);
  const due = upcomingOccurrences(state.definition, null, from, 100_000).filter((nominal) => nominal <= until);
  const jobs = new Set(due.map((nominal) => streamOf('job', occurrenceJobId(state.scheduleId, nominal.toISOString()))));
  for (const nominal of due) {
    const streamId = streamOf('job', occurrenceJobId(state.scheduleId, nominal.toISOString()));
    const inStretch = skipped.filter(
      ({ from, to }) => from <= nominal.toISOString() && nominal.toISOString() <= to,
    ).length;
    const outcomes = inStretch + (streams.has(streamId) ? 1 : 0);
    if (outcomes !== 1) violations.push(`${state.scheduleId} at ${nominal.toISOString()} has ${outcomes} outcomes`);
  }
  for (const [streamId, [first]] of streams) {
    const request =
      first?.type === 'JobRequested'
        ? (first.data as { request: { scheduleId: string; nominalTime: string; origin: string } }).request
        : null;
    if (request?.origin !== 'schedule' || request.scheduleId !== state.scheduleId) continue;
    if (!jobs.has(streamId) && new Date(request.nominalTime) <= until) violations.push(`${streamId} was never due`);
  }
  return violations;
}
