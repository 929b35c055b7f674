import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '#access';
import { DeadLetterQueries, type FailedJobFilter } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import type { AnyCall } from '../http/operation';
import { Problem } from '../http/problem';
import { PROBLEMS } from '../http/problem-codes';
import { viewerOf } from '../http/queries';
import { streamPosition } from '../http/request-headers';
import { Redrives, type StoredJob } from './redrives';

/** Their appends join into a few writes. */
const AT_A_TIME = 20;

interface BulkRedrive {
  readonly filter: FailedJobFilter;
  readonly dryRun: boolean;
  /** Jobs at most. */
  readonly limit: number;
}

type Call = AnyCall & { readonly caller: Caller };

interface Result {
  readonly item: {
    readonly jobRequestId: string;
    readonly outcome: 'redriven' | 'left_out' | 'refused';
    readonly newJobRequestId: string | null;
    readonly code: string | null;
    readonly message: string | null;
  };
  readonly stored?: StoredJob;
}

/** Redrives all failed jobs that match, job by job: what one of them is refused does not hinder the others. */
@Injectable()
export class BulkRedrives {
  private readonly queries: DeadLetterQueries;

  constructor(
    @Inject(PARTS) { pool }: Parts,
    @Inject(Redrives) private readonly redrives: Redrives,
  ) {
    this.queries = new DeadLetterQueries(pool);
  }

  async run(call: Call, { filter, dryRun, limit }: BulkRedrive, onlyDeadLetters: boolean) {
    const selected = await this.queries.toRedrive(viewerOf(call.caller), filter, { onlyDeadLetters, limit });
    const { jobIds, matching, runAgain } = selected;
    const results: Result[] = [];
    for (let from = 0; from < jobIds.length; from += AT_A_TIME) {
      const some = jobIds.slice(from, from + AT_A_TIME);
      results.push(...(await Promise.all(some.map((jobId) => this.one(call, jobId, dryRun)))));
    }
    const stored = results.flatMap((result) => result.stored ?? []);
    const last = stored.toSorted((left, right) => Number(left.position - right.position)).at(-1);
    return {
      headers: last ? { 'X-Stream-Position': streamPosition(last.streamId, last.position) } : {},
      body: { dryRun, matching, runAgain, items: results.map(({ item }) => item) },
    };
  }

  private async one(call: Call, jobRequestId: string, dryRun: boolean): Promise<Result> {
    const item = { jobRequestId, newJobRequestId: null, code: null, message: null };
    try {
      const result = dryRun
        ? await this.redrives.plan(call, jobRequestId)
        : await this.redrives.redrive(call, jobRequestId);
      switch (result.outcome) {
        case 'planned':
          return { item: { ...item, outcome: 'redriven', newJobRequestId: result.request.jobId } };
        case 'redriven':
          return { item: { ...item, outcome: 'redriven', newJobRequestId: result.newJobId }, stored: result.stored };
        case 'left_out': {
          const { outcome, newJobId, code } = result;
          return { item: { ...item, outcome, newJobRequestId: newJobId, code, message: `${PROBLEMS[code].title}.` } };
        }
      }
    } catch (error) {
      // What is wrong on this side goes to the caller: nobody knows what became of the rest, and a repeat finds out.
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      return { item: { ...item, outcome: 'refused', code: error.code, message: error.detail } };
    }
  }
}
