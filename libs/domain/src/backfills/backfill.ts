import { accept, refuse, type Decider } from '#event-sourcing';
import { isBefore, toInstant } from '../instants';
import {
  EARLIEST_BACKFILL,
  MOST_BACKFILLED,
  type BackfillCommand,
  type BackfillEvent,
  type BackfillProblem,
  type BackfillRefusal,
  type BackfillState,
} from './backfill-messages';
import { backfilledTimes } from './backfilled-times';

/** A backfill that was started, whatever became of it. */
export type ExistingBackfill = Exclude<BackfillState, { status: 'absent' }>;

/**
 * A past range of a schedule, made anew: each occurrence in it becomes a job, whether or not it ran before.
 *
 * ```text
 * active ──► completed   when every job has ended
 *    └─────► cancelled   no further jobs; for the second time, to cancel those that run as well
 * ```
 */
export const backfill: Decider<BackfillCommand, BackfillState, BackfillEvent, BackfillRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'StartBackfill':
        if (state.status === 'absent') return start(command);
        return refuse({ code: state.status === 'active' ? 'backfill.under_way' : 'backfill.exists' });
      case 'CancelBackfill':
        if (state.status === 'absent') return refuse({ code: 'backfill.missing' });
        if (state.status === 'completed') return refuse({ code: 'backfill.ended' });
        return state.status === 'active' || (command.cancelRunning && !state.cancelRunning)
          ? accept({ ...command, type: 'BackfillCancelled' })
          : accept();
      case 'CompleteBackfill': {
        if (state.status === 'absent') return refuse({ code: 'backfill.missing' });
        if (state.status !== 'active') return accept();
        const { backfillId, outcomes, at } = command;
        return accept({ type: 'BackfillCompleted', backfillId, ...outcomes, at });
      }
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'BackfillStarted': {
        const { backfillId, scheduleId, templateId, owner, from, to, concurrency, priority, note } = event;
        const total = event.occurrences.length;
        return {
          ...{ status: 'active', backfillId, scheduleId, templateId, owner, from, to, total },
          ...{ concurrency, priority, note, cancelRunning: false },
        };
      }
      case 'BackfillCancelled':
        return state.status === 'absent'
          ? state
          : { ...state, status: 'cancelled', cancelRunning: state.cancelRunning || event.cancelRunning };
      case 'BackfillCompleted':
        return state.status === 'absent' ? state : { ...state, status: 'completed' };
    }
  },
};

type Start = Extract<BackfillCommand, { type: 'StartBackfill' }>;

function start(command: Start): ReturnType<typeof backfill.decide> {
  const { schedule, template, calendar, from, to } = command;
  if (schedule.status === 'absent') return refuse({ code: 'schedule.missing' });
  if (schedule.status === 'removed') return refuse({ code: 'schedule.removed' });
  if (template.status === 'absent') return refuse({ code: 'template.missing' });
  if (template.status === 'archived') return refuse({ code: 'template.archived' });
  const range = rangeProblems(command);
  if (range.length > 0) return refuse({ code: 'backfill.range_invalid', problems: range });
  const { scheduleId, templateId, owner, definition } = schedule;
  if (definition.recurrence.type === 'after_schedule' || definition.recurrence.type === 'dataset_refreshed') {
    return refuse({ code: 'backfill.no_clock' });
  }
  const bounds = { from: new Date(from), to: new Date(to) };
  const { times, count } = backfilledTimes(definition, calendar, bounds, MOST_BACKFILLED);
  if (count === 0) return refuse({ code: 'backfill.nothing_due' });
  if (count > MOST_BACKFILLED) return refuse({ code: 'backfill.too_many', problems: [tooMany(count)] });
  if (template.problems.length > 0) return refuse({ code: 'template.invalid', problems: template.problems });
  const { backfillId, scheduleRevision, templateRevision, concurrency, priority, note, by, at } = command;
  return accept({
    ...{ type: 'BackfillStarted', backfillId, scheduleId, scheduleRevision, templateId, templateRevision, owner },
    ...{
      from,
      to,
      timeZone: definition.timeZone,
      occurrences: times.map(toInstant),
      concurrency,
      priority,
      note,
      by,
      at,
    },
  });
}

function rangeProblems({ from, to, at }: Start): readonly BackfillProblem[] {
  const problem = (pointer: BackfillProblem['pointer'], message: string): readonly BackfillProblem[] => [
    { code: 'backfill.range_invalid', pointer, message },
  ];
  if (isBefore(to, from)) return problem('/to', 'The range ends before it starts: exchange its ends.');
  if (isBefore(at, to)) return problem('/to', 'The range lies in the future: let it end now, or earlier.');
  if (isBefore(from, EARLIEST_BACKFILL))
    return problem('/from', `The range may not start before ${EARLIEST_BACKFILL}.`);
  return [];
}

function tooMany(count: number): BackfillProblem {
  const message = `The range has ${count} occurrences, and a backfill ${MOST_BACKFILLED} at most: choose a shorter one.`;
  return { code: 'backfill.too_many', pointer: '/from', message };
}
