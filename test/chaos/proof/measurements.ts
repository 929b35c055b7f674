import type { JobEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { byStream } from './streams';

/** An exporter that was killed amid its jobs. */
export interface WorkerLoss {
  readonly pid: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** Milliseconds from each loss of a worker until each of the jobs that it ran had begun its next attempt, or ended without one. */
export function takeoversAfter(events: readonly RecordedEvent[], losses: readonly WorkerLoss[]): readonly number[] {
  const jobs = [...byStream(events)].filter(([streamId]) => streamId.startsWith('job-'));
  return losses.flatMap(({ pid, at }) =>
    jobs.flatMap(([, history]) => {
      const begun = history.findLastIndex(
        ({ type, recordedAt }) => type === 'JobStarted' && recordedAt.getTime() <= at,
      );
      const start = history[begun];
      if (!start || !isWorker(start, pid)) return [];
      const later = history.slice(begun + 1).filter(({ recordedAt }) => recordedAt.getTime() > at);
      // What ended before, or was cancelled, was nobody's to take over.
      if (later.length < history.length - begun - 1 || later[0]?.type === 'JobCancelled') return [];
      const over = later.find(({ type }) => type === 'JobStarted' || type === 'JobFailed' || type === 'JobExpired');
      return over ? [over.recordedAt.getTime() - at] : [];
    }),
  );
}

/** Workers are named by host, process id and a random part. */
function isWorker(start: RecordedEvent, pid: number): boolean {
  const event = toDomainEvent<JobEvent>(start);
  return event.type === 'JobStarted' && event.worker.split('/')[1] === String(pid);
}

/** Milliseconds from a moment (since 1970) until the next job started; `Infinity` when none did. */
export function nextStartAfter(events: readonly RecordedEvent[], at: number): number {
  const started = events.find(({ type, recordedAt }) => type === 'JobStarted' && recordedAt.getTime() > at);
  return started ? started.recordedAt.getTime() - at : Infinity;
}

/** The value below which so large a part of them lies (nearest rank); null when there is none. */
export function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(Math.ceil(part * sorted.length) - 1, 0)] ?? null;
}
