import type { JobFailure, LossCause } from '#domain';
import { changeRows, putRows, qualified, type Statement, type Table } from '../projection/table';

interface AttemptRow {
  job_request_id: string;
  attempt: number;
  worker: string;
  started_at: string;
  ended_at: string | null;
  outcome: 'completed' | 'failed' | 'lost' | 'cancelled' | null;
  /** Why it came to nothing; null unless it was lost. */
  loss_cause: LossCause | null;
  failure: JobFailure | null;
  /** The next attempt does not begin before; null when none follows. */
  retry_at: string | null;
  /** When it was reported to run long. */
  running_long_at: string | null;
}

/** How an attempt ended. */
export type AttemptEnd = Pick<AttemptRow, 'loss_cause' | 'failure' | 'retry_at'> & {
  readonly outcome: 'completed' | 'failed' | 'lost';
};

export const COMPLETED: AttemptEnd = { outcome: 'completed', loss_cause: null, failure: null, retry_at: null };

const ATTEMPTS: Table<AttemptRow> = {
  name: 'job_attempt',
  key: ['job_request_id', 'attempt'],
  fixed: ['worker', 'started_at', 'running_long_at'],
  changing: ['ended_at', 'outcome', 'loss_cause', 'failure', 'retry_at'],
  // An attempt begins once and ends once.
  newer: 'standing.ended_at IS NULL AND incoming.ended_at IS NOT NULL',
};

/** What a batch does to the attempts of jobs. */
export class AttemptChanges {
  readonly #begun = new Map<string, AttemptRow>();
  readonly #ended: (Pick<AttemptRow, 'job_request_id' | 'attempt' | 'ended_at'> & AttemptEnd)[] = [];
  readonly #long: Pick<AttemptRow, 'job_request_id' | 'attempt' | 'running_long_at'>[] = [];
  readonly #cancelled: { readonly job_request_id: string; readonly ended_at: string }[] = [];

  begin(jobId: string, attempt: number, worker: string, at: string): void {
    this.#begun.set(`${jobId} ${attempt}`, {
      job_request_id: jobId,
      attempt,
      worker,
      started_at: at,
      ended_at: null,
      outcome: null,
      loss_cause: null,
      failure: null,
      retry_at: null,
      running_long_at: null,
    });
  }

  end(
    { jobId, attempt, at }: { readonly jobId: string; readonly attempt: number; readonly at: string },
    end: AttemptEnd,
  ) {
    const begun = this.#begun.get(`${jobId} ${attempt}`);
    if (begun) Object.assign(begun, { ended_at: at, ...end });
    else this.#ended.push({ job_request_id: jobId, attempt, ended_at: at, ...end });
  }

  runsLong({ jobId, attempt, at }: { readonly jobId: string; readonly attempt: number; readonly at: string }): void {
    this.#long.push({ job_request_id: jobId, attempt, running_long_at: at });
  }

  /** Ends whichever attempt is running, if one is. */
  cancel(jobId: string, at: string): void {
    this.#cancelled.push({ job_request_id: jobId, ended_at: at });
  }

  statements(schema: string): readonly Statement[] {
    return [
      ...(this.#begun.size > 0 ? [putRows(schema, ATTEMPTS, [...this.#begun.values()])] : []),
      ...(this.#long.length > 0 ? [this.#longStatement(schema)] : []),
      ...(this.#ended.length > 0 ? [changeRows(schema, ATTEMPTS, this.#ended)] : []),
      ...(this.#cancelled.length > 0 ? [this.#cancelStatement(schema)] : []),
    ];
  }

  #longStatement(schema: string): Statement {
    return {
      name: `runs long ${schema}.job_attempt`,
      text: `UPDATE ${qualified(schema, ATTEMPTS.name)} a SET running_long_at = c.running_long_at
             FROM json_to_recordset($1::json) AS c (job_request_id uuid, attempt integer, running_long_at timestamptz)
             WHERE a.job_request_id = c.job_request_id AND a.attempt = c.attempt AND a.running_long_at IS NULL`,
      rows: this.#long,
    };
  }

  #cancelStatement(schema: string): Statement {
    return {
      name: `cancel ${schema}.job_attempt`,
      text: `UPDATE ${qualified(schema, ATTEMPTS.name)} a SET ended_at = c.ended_at, outcome = 'cancelled'
             FROM json_to_recordset($1::json) AS c (job_request_id uuid, ended_at timestamptz)
             WHERE a.job_request_id = c.job_request_id AND a.ended_at IS NULL`,
      rows: this.#cancelled,
    };
  }
}
