import { v5 } from 'uuid';
import { accept, type Decider } from '#event-sourcing';
import type { JobId, PlanEntryId, ScheduleId } from '../identifiers';
import { MOST_NAMED_ROWS, type BurstCommand, type BurstEvent, type BurstState } from './burst-messages';

/** Fixed for good: whoever expands a list again must come to the same jobs. */
const ROW_NAMESPACE = '6f6b1c7e-3a0d-4c59-8a53-3d0b6f0c9a21';
/** Fixed for good: whoever delivers a row's report again must come to the same delivery. */
const ENTRY_NAMESPACE = '9a9f4f0e-7b1e-4a52-a1de-0f5d7a5c2b68';

/** The id of the job of a list's row, counted from 1: uuidv5 (RFC 9562) of the list's job and the row. */
export function burstJobId(listJobId: JobId, row: number): JobId {
  return v5(`${listJobId}#${row}`, ROW_NAMESPACE);
}

/** What stands for the entry of a plan in deliveries of a burst: uuidv5 (RFC 9562) of the schedule. */
export function burstEntryId(scheduleId: ScheduleId): PlanEntryId {
  return v5(scheduleId, ENTRY_NAMESPACE);
}

/**
 * What became of one list. Its stream is that of the job which made the list, and has one event: so a list is expanded once, or
 * fails once, whoever is at it how often.
 */
export const burst: Decider<BurstCommand, BurstState, BurstEvent, never> = {
  initial: { status: 'absent' },
  decide(command, state) {
    if (state.status !== 'absent') return accept();
    switch (command.type) {
      case 'ExpandBurst': {
        const { leftOut, ...expanded } = command;
        const named = { leftOut: leftOut.slice(0, MOST_NAMED_ROWS), leftOutCount: leftOut.length };
        return accept({ ...expanded, ...named, type: 'BurstExpanded' });
      }
      case 'FailBurst':
        return accept({ ...command, type: 'BurstFailed' });
    }
  },
  evolve(_state, event) {
    switch (event.type) {
      case 'BurstExpanded': {
        const { rows, jobs, leftOut, leftOutCount, at } = event;
        return { status: 'expanded', rows, jobs, leftOut, leftOutCount, at };
      }
      case 'BurstFailed': {
        const { code, message, at } = event;
        return { status: 'failed', code, message, at };
      }
    }
  },
};
