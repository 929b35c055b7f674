import { ANNA, SALES_ID } from '../testing/samples';
import { given } from '../testing/scenario';
import { circuit } from './circuit';
import type { CircuitCommand, CircuitEvent } from './circuit-messages';

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 23, 12, minutes)).toISOString();
const rules = { failures: 3, pauseMs: 60_000, longestPauseMs: 180_000 };
const source = { dataSourceId: SALES_ID, dataSource: 'sales', code: 'data_source.unreachable' };

const failure = (failures: number, startedAt: string, time = startedAt): CircuitCommand => ({
  ...{ type: 'NoteFailure', ...source, failures, startedAt, rules, at: time },
});
const answer = (startedAt: string): CircuitCommand => ({
  ...{ type: 'NoteAnswer', dataSourceId: SALES_ID, startedAt, at: startedAt },
});
const opened = (openings: number, failures: number, time: string, until: string): CircuitEvent => ({
  ...{ type: 'CircuitOpened', ...source, failures, openings, until, at: time },
});
const closed: CircuitEvent = {
  type: 'CircuitClosed',
  dataSourceId: SALES_ID,
  dataSource: 'sales',
  by: null,
  at: at(2),
};

describe('a circuit', () => {
  it('opens when so many attempts in a row have failed', () => {
    given(circuit)
      .when(failure(2, at(0)))
      .thenNothing();
    given(circuit)
      .when(failure(3, at(0)))
      .then(opened(1, 3, at(0), at(1)));
    given(circuit, opened(1, 3, at(0), at(1)), closed)
      .when(failure(2, at(3)))
      .thenNothing();
    given(circuit, opened(1, 3, at(0), at(1)), closed)
      .when(failure(3, at(3)))
      .then(opened(1, 3, at(3), at(4)));
  });
  it('opens for longer each time that a try fails', () => {
    const first = opened(1, 3, at(0), at(1));
    const second = opened(2, 4, at(1), at(3));
    given(circuit, first)
      .when(failure(4, at(1)))
      .then(second);
    given(circuit, first, second)
      .when(failure(5, at(3)))
      .then(opened(3, 5, at(3), at(6)));
  });
  it('closes when a try succeeds', () => {
    given(circuit, opened(1, 3, at(0), at(1)))
      .when(answer(at(2)))
      .then(closed);
    given(circuit, opened(1, 3, at(0), at(1)), closed)
      .when(answer(at(2)))
      .thenNothing();
    given(circuit)
      .when(answer(at(2)))
      .thenNothing();
  });
  it('minds no attempt that began before its pause was over, whenever that ends', () => {
    const open = given(circuit, opened(1, 3, at(0), at(1)));
    open.when(failure(9, at(0), at(5))).thenNothing();
    open.when({ ...answer(at(0)), at: at(5) }).thenNothing();
  });
  it('is closed by hand, once', () => {
    const close: CircuitCommand = { type: 'CloseCircuit', dataSourceId: SALES_ID, by: ANNA, at: at(0) };
    given(circuit, opened(1, 3, at(0), at(1)))
      .when(close)
      .then({ ...close, type: 'CircuitClosed', dataSource: 'sales' });
    given(circuit, opened(1, 3, at(0), at(1)), closed)
      .when(close)
      .thenNothing();
    given(circuit).when(close).refused('circuit.never_open');
  });
});
