import type { DomainRefusal } from '#event-sourcing';
import type { DataSourceId, Instant, UserId } from '../identifiers';

/** When a circuit opens, and for how long. */
export interface CircuitRules {
  /** Attempts in a row that failed by the data source's fault. */
  readonly failures: number;
  /** Milliseconds of the first pause. Each further one is twice as long, up to the longest. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

export type CircuitCommand =
  /** From whoever saw an attempt fail by the data source's fault, with the failures in a row up to that one. */
  | {
      readonly type: 'NoteFailure';
      readonly dataSourceId: DataSourceId;
      /** Its name. */
      readonly dataSource: string;
      readonly code: string;
      readonly failures: number;
      /** When the attempt began. */
      readonly startedAt: Instant;
      readonly rules: CircuitRules;
      readonly at: Instant;
    }
  /** From whoever saw an attempt get an answer of the data source. */
  | {
      readonly type: 'NoteAnswer';
      readonly dataSourceId: DataSourceId;
      readonly startedAt: Instant;
      readonly at: Instant;
    }
  | { readonly type: 'CloseCircuit'; readonly dataSourceId: DataSourceId; readonly by: UserId; readonly at: Instant };

export type CircuitEvent =
  /** No job that reads from the data source begins before `until`; then one of them tries whether it answers. */
  | {
      readonly type: 'CircuitOpened';
      readonly dataSourceId: DataSourceId;
      readonly dataSource: string;
      /** Of the last failure. */
      readonly code: string;
      readonly failures: number;
      /** 1 when it was closed before; one more each time that a try failed. */
      readonly openings: number;
      readonly until: Instant;
      readonly at: Instant;
    }
  /** `by` is null when a job's try succeeded, else the person who closed it. */
  | {
      readonly type: 'CircuitClosed';
      readonly dataSourceId: DataSourceId;
      readonly dataSource: string;
      readonly by: UserId | null;
      readonly at: Instant;
    };

/** `absent`: it has never been open. */
export type CircuitState =
  | { readonly status: 'absent' | 'closed' }
  | { readonly status: 'open'; readonly dataSource: string; readonly openings: number; readonly until: Instant };

export type CircuitRefusal = DomainRefusal & { readonly code: 'circuit.never_open' };
