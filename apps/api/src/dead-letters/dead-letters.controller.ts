import { Controller, Inject } from '@nestjs/common';
import { DeadLetterQueries } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Permissions } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { PROBLEMS } from '../http/problem-codes';
import { viewerOf } from '../http/queries';
import { jobAnswer } from '../jobs/job-views';
import { BulkRedrives } from './bulk-redrives';
import { deadLetterOperations as operations } from './dead-letter.operations';
import { Redrives } from './redrives';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

@Controller()
export class DeadLettersController {
  private readonly queries: DeadLetterQueries;

  constructor(
    @Inject(PARTS) { pool }: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
    @Inject(Redrives) private readonly redrives: Redrives,
    @Inject(BulkRedrives) private readonly bulk: BulkRedrives,
  ) {
    this.queries = new DeadLetterQueries(pool);
  }

  @Handles(operations.list)
  async list({ caller, query }: CallOf<'list'>) {
    const { items, nextCursor } = await this.queries.list(viewerOf(caller), query);
    return { body: { items: items.map(jobAnswer), nextCursor } };
  }

  @Handles(operations.redriveAll)
  redriveAll(call: CallOf<'redriveAll'>) {
    return this.bulk.run(call, call.body, true);
  }

  @Handles(operations.redriveFailed)
  redriveFailed(call: CallOf<'redriveFailed'>) {
    return this.bulk.run(call, call.body, false);
  }

  @Handles(operations.redrive)
  async redrive(call: CallOf<'redrive'>) {
    const { jobRequestId } = call.params;
    const { state } = await this.streams.job(jobRequestId);
    const { deadLetter } = await this.permissions.job(call.caller, state);
    if (deadLetter === null) throw problem('job.no_dead_letter');
    const result = await this.redrives.redrive(call, jobRequestId);
    if (result.outcome === 'redriven') {
      return answered(result.newJobId, result.stored, { location: `/v1/job-requests/${result.newJobId}` });
    }
    throw problem(result.code, result.newJobId);
  }

  @Handles(operations.drop)
  async drop(call: CallOf<'drop'>) {
    const jobId = call.params.jobRequestId;
    const outcome = await this.dispatcher.job(call, jobId, async (state) => {
      await this.permissions.job(call.caller, state);
      return { type: 'DropJob', jobId, by: call.caller.userId, reason: call.body.reason, at: call.now.toISOString() };
    });
    return answered(jobId, outcome);
  }
}

function problem(code: 'job.no_dead_letter' | 'job.redriven' | 'job.dropped', jobId: string | null = null): Problem {
  return new Problem(code, `${PROBLEMS[code].title}${jobId === null ? '' : `, as ${jobId}`}.`);
}
