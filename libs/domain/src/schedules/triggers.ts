import { streamOf } from '../identifiers';
import type { Recurrence } from './recurrence';
import type { RecurrenceProblem, TriggerCheck } from './schedule-messages';

/** Schedules of which each waits for the one before. A chain that is longer is taken for a circle, and ends there when it runs. */
export const MOST_LINKS = 100;

/** The stream of what a schedule waits for; null for one that goes by the clock. */
export function awaitedStream(recurrence: Recurrence): string | null {
  if (recurrence.type === 'after_schedule') return streamOf('schedule', recurrence.scheduleId);
  return recurrence.type === 'dataset_refreshed' ? streamOf('dataset', recurrence.datasetId) : null;
}

/** What is wrong with what a schedule waits for; nothing for one that goes by the clock. */
export function triggerProblems(recurrence: Recurrence, found: TriggerCheck): RecurrenceProblem[] {
  if (awaitedStream(recurrence) === null || found === 'known') return [];
  if (found === 'cycle') {
    return [
      {
        code: 'recurrence.cycle',
        pointer: '/recurrence/scheduleId',
        message: `The schedule would wait for itself, or at the end of more than ${MOST_LINKS} others. Choose a schedule that does not wait for this one.`,
      },
    ];
  }
  return recurrence.type === 'dataset_refreshed'
    ? [
        {
          code: 'recurrence.unknown_dataset',
          pointer: '/recurrence/datasetId',
          message: 'There is no such dataset, or it was retired. Choose one of the list of datasets.',
        },
      ]
    : [
        {
          code: 'recurrence.unknown_schedule',
          pointer: '/recurrence/scheduleId',
          message: 'There is no such schedule, or it was removed. Choose one of the list of schedules.',
        },
      ];
}
