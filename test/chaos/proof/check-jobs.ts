import { isEnded, type JobEvent } from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { byStream, stateOf } from './streams';

/** How a job ends. */
const ENDS: readonly JobEvent['type'][] = ['JobCompleted', 'JobFailed', 'JobCancelled', 'JobExpired'];
/** How an attempt ends, by its worker or by whoever takes over. */
const OUTCOMES: readonly JobEvent['type'][] = ['JobCompleted', 'JobFailed', 'JobAttemptFailed', 'JobAttemptLost'];

/**
 * Every job was requested once, ends exactly once and then stays as it is, and its attempts follow one another: each begins after the
 * one before has ended, and only the one that runs has an outcome. A sentence for each fault.
 */
export function checkJobs(events: readonly RecordedEvent[]): readonly string[] {
  return [...byStream(events)].flatMap(([streamId, history]) =>
    streamId.startsWith('job-') ? checkJob(history).map((fault) => `${streamId} ${fault}`) : [],
  );
}

/** Whether there is a job that has not ended. */
export function hasOpenJobs(events: readonly RecordedEvent[]): boolean {
  return [...byStream(events)].some(([streamId, history]) => streamId.startsWith('job-') && openStatus(history));
}

/** Null for a job that has ended. */
function openStatus(history: readonly RecordedEvent[]): string | null {
  const { status } = stateOf(history);
  return status === 'absent' || status === 'skipped' || isEnded(status) ? null : status;
}

function checkJob(history: readonly RecordedEvent[]): readonly string[] {
  const types = history.map(({ type }) => type);
  if (types[0] === 'OccurrenceSkipped') {
    return types.length === 1 ? [] : [`was skipped and goes on: ${types.join(', ')}`];
  }
  const faults: string[] = [];
  if (types[0] !== 'JobRequested') faults.push(`begins with ${String(types[0])}`);
  const requests = types.filter((type) => type === 'JobRequested').length;
  if (requests > 1) faults.push(`was requested ${requests} times`);
  const ends = types.filter((type) => isOneOf(ENDS, type)).length;
  if (ends !== 1) faults.push(`ended ${ends} times: ${types.join(', ')}`);
  const status = openStatus(history);
  if (status !== null) faults.push(`is still ${status}`);
  return [...faults, ...checkAttempts(history)];
}

function checkAttempts(history: readonly RecordedEvent[]): readonly string[] {
  const faults: string[] = [];
  let last = 0;
  let running: number | null = null;
  let ended = false;
  for (const { type, data } of history) {
    const { attempt } = data as { readonly attempt?: number };
    if (type === 'JobStarted') {
      if (ended) faults.push(`began attempt ${attempt} after its end`);
      if (running !== null) faults.push(`began attempt ${attempt} while ${running} ran`);
      if (attempt !== last + 1) faults.push(`began attempt ${attempt} after attempt ${last}`);
      last = running = attempt ?? 0;
    } else if (isOneOf(OUTCOMES, type)) {
      if (attempt !== running) faults.push(`has ${type} of attempt ${attempt} while ${running ?? 'none'} ran`);
      running = null;
    }
    ended ||= isOneOf(ENDS, type);
  }
  return faults;
}

function isOneOf(types: readonly string[], type: string): boolean {
  return types.includes(type);
}
