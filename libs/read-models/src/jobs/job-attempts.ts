import type { JobFailure } from '#domain';
import { changeRows, putRows, qualified, type Statement, type Table } from '../projection/table';

interface AttemptRow {
  job_request_id: string;
  attempt: number;
  worker: string;
  started_at: string;
  ended_at: string | null;
  outcome: 'completed' | 'failed' | 'lost' | 'cancelled' | null;
  failure: JobFailure | null;
}

type AttemptEnd = Pick<AttemptRow, 'ended_at' | 'outcome' | 'failure'>;

const ATTEMPTS: Table<AttemptRow> = {
  name: 'job_attempt',
  key: ['job_request_id', 'attempt'],
  fixed: ['worker', 'started_at'],
  changing: ['ended_at', 'outcome', 'failure'],
  // An attempt begins once and ends once.
  newer: 'standing.ended_at IS NULL AND incoming.ended_at IS NOT NULL',
};

/** What a batch does to the attempts of jobs. */
export class AttemptChanges {
  readonly #begun = new Map<string, AttemptRow>();
  readonly #ended: (Pick<AttemptRow, 'job_request_id' | 'attempt'> & AttemptEnd)[] = [];
  readonly #cancelled: { readonly job_request_id: string; readonly ended_at: string }[] = [];

  begin(jobId: string, attempt: number, worker: string, at: string): void {
    this.#begun.set(`${jobId} ${attempt}`, {
      job_request_id: jobId,
      attempt,
      worker,
      started_at: at,
      ended_at: null,
      outcome: null,
      failure: null,
    });
  }

  end(
    jobId: string,
    attempt: number,
    at: string,
    outcome: 'completed' | 'failed' | 'lost',
    failure: JobFailure | null,
  ) {
    const end: AttemptEnd = { ended_at: at, outcome, failure };
    const begun = this.#begun.get(`${jobId} ${attempt}`);
    if (begun) Object.assign(begun, end);
    else this.#ended.push({ job_request_id: jobId, attempt, ...end });
  }

  /** Ends whichever attempt is running, if one is. */
  cancel(jobId: string, at: string): void {
    this.#cancelled.push({ job_request_id: jobId, ended_at: at });
  }

  statements(schema: string): readonly Statement[] {
    return [
      ...(this.#begun.size > 0 ? [putRows(schema, ATTEMPTS, [...this.#begun.values()])] : []),
      ...(this.#ended.length > 0 ? [changeRows(schema, ATTEMPTS, this.#ended)] : []),
      ...(this.#cancelled.length > 0 ? [this.#cancelStatement(schema)] : []),
    ];
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
