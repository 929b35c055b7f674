import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Caller, Session } from '#access';
import { isEnded } from '#domain';
import { CHECKPOINT_CHANNEL } from '#event-feed';
import { READ_MODELS_GROUP } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import type { AnyCall } from '../http/operation';
import { Problem } from '../http/problem';
import { requestState } from '../http/request-state';
import { jobRequest } from './job.schema';
import { JobStream } from './job-stream';
import { jobAnswer, JobViews } from './job-views';

/** Tells of progress; the payload is the job's id. */
const PROGRESS_CHANNEL = 'job_progress';

/** Who follows which job, live. One pair of listeners serves all of them. */
@Injectable()
export class JobEvents implements OnApplicationBootstrap {
  private readonly streams = new Set<JobStream>();
  private unlisten: (() => Promise<void>)[] = [];

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(JobViews) private readonly views: JobViews,
  ) {}

  /** How many streams are open. */
  get followers(): number {
    return this.streams.size;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { notifications } = this.parts;
    this.unlisten = [
      await notifications.listen(CHECKPOINT_CHANNEL, (group) => {
        // An empty payload follows a lost connection: anything may have happened.
        if (group === READ_MODELS_GROUP || group === '') this.wake(() => true);
      }),
      await notifications.listen(PROGRESS_CHANNEL, (jobId) => {
        this.wake((stream) => jobId === '' || stream.jobId === jobId);
      }),
    ];
  }

  /** Answers with the job's events until it ends, the caller goes away, or the session expires. */
  follow(call: AnyCall & { readonly caller: Caller; readonly session: Session | null }, jobId: string): void {
    const { request, response, caller, session } = call;
    const { correlationId } = requestState(request);
    const lastSeen = request.headers['last-event-id'];
    const stream = new JobStream(response, jobId, {
      lastSeen: typeof lastSeen === 'string' ? lastSeen : null,
      until: session?.expiresAt ?? null,
      now: () => this.parts.clock.now(),
      read: async () => {
        const job = await this.views.view(caller, jobId);
        const details = await this.views.details(job);
        const body = jobRequest.parse({ ...jobAnswer(job), ...details });
        return { revision: job.revision, ended: isEnded(job.status), progress: details.progress, body };
      },
      onError: (err) => {
        // Somebody who may not follow any more is no error.
        if (err instanceof Problem && err.status < 500) return;
        this.parts.logger.error({ err, jobId, correlationId, app: 'api' }, 'a job cannot be followed');
      },
    });
    this.streams.add(stream);
    void stream.run().finally(() => this.streams.delete(stream));
  }

  /** Ends every stream. */
  async close(): Promise<void> {
    for (const stream of this.streams) stream.end();
    for (const stop of this.unlisten) await stop();
  }

  private wake(concerned: (stream: JobStream) => boolean): void {
    for (const stream of this.streams) if (concerned(stream)) stream.wake();
  }
}
