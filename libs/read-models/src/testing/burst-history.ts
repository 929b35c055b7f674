import { streamOf } from '#domain';
import { ANNA, burstDefinition } from '#domain/testing';
import { idOf, type History } from './history';

/** Made the list of the burst. */
export const LIST_JOB = idOf('retried job');

const minute = (minutes: number): string => new Date(Date.UTC(2026, 10, 23, 12, minutes)).toISOString();

/** A burst that was planned and withdrawn, a list that was expanded, and one that could not be. */
export function addBursts(history: History): void {
  const scheduleId = idOf('schedule');
  const plan = streamOf('burstplan', scheduleId);
  const definition = burstDefinition({ templateId: idOf('template') });
  history.add(plan, { type: 'BurstPlanned', scheduleId, definition, by: ANNA, at: minute(30) });
  const leftOut = [{ row: 2, code: 'value.missing', message: 'The column "Mail" has no value.' }] as const;
  const expanded = { jobId: LIST_JOB, scheduleId, rows: 2, jobs: 1, leftOut, leftOutCount: 1, at: minute(31) } as const;
  history.add(streamOf('burst', LIST_JOB), { type: 'BurstExpanded', ...expanded });
  const failed = { jobId: idOf('truncated job'), scheduleId, at: minute(32) };
  const failure = {
    code: 'burst.too_many_rows',
    message: 'The list has 101 rows, and the burst 100 at most.',
  } as const;
  history.add(streamOf('burst', failed.jobId), { type: 'BurstFailed', ...failed, ...failure });
  history.add(plan, { type: 'BurstWithdrawn', scheduleId, by: ANNA, at: minute(33) });
}
