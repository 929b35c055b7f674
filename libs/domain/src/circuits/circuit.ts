import { accept, refuse, type Decider } from '#event-sourcing';
import { isBefore, millisecondsOf, toInstant } from '../instants';
import type { CircuitCommand, CircuitEvent, CircuitRefusal, CircuitRules, CircuitState } from './circuit-messages';

/**
 * Keeps jobs from a data source that does not answer. Only an attempt that began after the pause was over tells what has become of
 * the data source: what had begun before it was opened may well end long afterwards.
 *
 * ```text
 * closed ──► open, until its pause is over ──► a job tries ──► closed
 *             ▲                                    │
 *             └───────── twice the pause ◄─────────┘
 * ```
 */
export const circuit: Decider<CircuitCommand, CircuitState, CircuitEvent, CircuitRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'NoteFailure': {
        const isOpen = state.status === 'open';
        if (isOpen ? isBefore(command.startedAt, state.until) : command.failures < command.rules.failures)
          return accept();
        const openings = isOpen ? state.openings + 1 : 1;
        const { dataSourceId, dataSource, code, failures, rules, at } = command;
        const until = toInstant(millisecondsOf(at) + pauseMs(openings, rules));
        return accept({ type: 'CircuitOpened', dataSourceId, dataSource, code, failures, openings, until, at });
      }
      case 'NoteAnswer': {
        if (state.status !== 'open' || isBefore(command.startedAt, state.until)) return accept();
        const { dataSourceId, at } = command;
        return accept({ type: 'CircuitClosed', dataSourceId, dataSource: state.dataSource, by: null, at });
      }
      case 'CloseCircuit':
        if (state.status === 'absent') return refuse({ code: 'circuit.never_open' });
        if (state.status !== 'open') return accept();
        return accept({ ...command, type: 'CircuitClosed', dataSource: state.dataSource });
    }
  },
  evolve(_state, event) {
    switch (event.type) {
      case 'CircuitOpened':
        return { status: 'open', dataSource: event.dataSource, openings: event.openings, until: event.until };
      case 'CircuitClosed':
        return { status: 'closed' };
    }
  },
};

function pauseMs(openings: number, { pauseMs: first, longestPauseMs }: CircuitRules): number {
  return Math.min(first * 2 ** (openings - 1), longestPauseMs);
}
