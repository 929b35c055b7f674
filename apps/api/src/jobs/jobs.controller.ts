import { Controller, Inject } from '@nestjs/common';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Permissions } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { Handles, STREAMED, type Call } from '../http/operation';
import { viewerOf } from '../http/queries';
import { entityTag } from '../http/request-headers';
import { JobEvents } from './job-events';
import { JobRequests } from './job-requests';
import { jobAnswer, JobViews } from './job-views';
import { jobOperations as operations } from './job.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

@Controller()
export class JobsController {
  constructor(
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
    @Inject(JobRequests) private readonly requests: JobRequests,
    @Inject(JobViews) private readonly views: JobViews,
    @Inject(JobEvents) private readonly jobEvents: JobEvents,
  ) {}

  @Handles(operations.request)
  request(call: CallOf<'request'>) {
    const { body } = call;
    return 'datasetId' in body ? this.requests.standardExport(call, body) : this.requests.run(call, body);
  }

  @Handles(operations.list)
  async list({ caller, query }: CallOf<'list'>) {
    const { items, nextCursor } = await this.views.queries.list({ viewer: viewerOf(caller), ...query });
    return { body: { items: items.map(jobAnswer), nextCursor } };
  }

  @Handles(operations.get)
  async get({ caller, params }: CallOf<'get'>) {
    const job = await this.views.view(caller, params.jobRequestId);
    const details = await this.views.details(job);
    return { headers: { ETag: entityTag(job.revision) }, body: { ...jobAnswer(job), ...details } };
  }

  @Handles(operations.cancel)
  async cancel(call: CallOf<'cancel'>) {
    const jobId = call.params.jobRequestId;
    const outcome = await this.dispatcher.job(call, jobId, async (state) => {
      await this.permissions.job(call.caller, state);
      const { reason } = call.body;
      return { type: 'CancelJob', jobId, by: call.caller.userId, reason, at: call.now.toISOString() };
    });
    return answered(jobId, outcome);
  }

  @Handles(operations.retry)
  async retry(call: CallOf<'retry'>) {
    const { state } = await this.streams.job(call.params.jobRequestId);
    return this.requests.again(call, 'retry', await this.permissions.job(call.caller, state));
  }

  @Handles(operations.rerun)
  async rerun(call: CallOf<'rerun'>) {
    const { state } = await this.streams.job(call.params.jobRequestId);
    return this.requests.again(call, 'rerun', await this.permissions.job(call.caller, state));
  }

  @Handles(operations.events)
  async events(call: CallOf<'events'>) {
    await this.views.view(call.caller, call.params.jobRequestId);
    if (call.request.method === 'HEAD') call.response.type('text/event-stream').end();
    else this.jobEvents.follow(call, call.params.jobRequestId);
    return STREAMED;
  }
}
