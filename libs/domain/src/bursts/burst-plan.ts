import { accept, refuse, type Decider } from '#event-sourcing';
import { sameJson } from '../json-equality';
import type { BurstPlanCommand, BurstPlanEvent, BurstPlanRefusal, BurstPlanState } from './burst-messages';
import { burstProblems } from './burst-problems';

/**
 * What becomes of the lists that a schedule makes: each of their rows is a recipient, who gets a report of their own.
 *
 * ```text
 * absent ──► planned ◄──► withdrawn
 * ```
 */
export const burstPlan: Decider<BurstPlanCommand, BurstPlanState, BurstPlanEvent, BurstPlanRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'PlanBurst': {
        const { scheduleId, definition, by, at } = command;
        const problems = burstProblems(command);
        if (problems.length > 0) return refuse({ code: 'burst.invalid', problems });
        if (state.status === 'planned' && sameJson(definition, state.definition)) return accept();
        return accept({ type: 'BurstPlanned', scheduleId, definition, by, at });
      }
      case 'WithdrawBurst':
        if (state.status === 'absent') return refuse({ code: 'burst.missing' });
        return state.status === 'withdrawn' ? accept() : accept({ ...command, type: 'BurstWithdrawn' });
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'BurstPlanned':
        return { status: 'planned', definition: event.definition };
      case 'BurstWithdrawn':
        return state.status === 'absent' ? state : { ...state, status: 'withdrawn' };
    }
  },
};
