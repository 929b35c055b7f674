import { Inject, Injectable } from '@nestjs/common';
import { UserStore, type Caller } from '#access';
import {
  job,
  redriveJobId,
  redriveObstacle,
  mostAttempts,
  repeatedRequest,
  streamOf,
  type ExistingJob,
  type JobCommand,
  type JobEvent,
  type JobId,
  type JobRequest,
  type UserId,
  type RetryPolicy,
} from '#domain';
import { derivedId, fold, toDomainEvent, type CommandContext, type Position } from '#event-sourcing';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { Permissions, templateFor } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { Problem } from '../http/problem';
import { SchedulePolicy } from '../schedules/schedule-policy';

/** In whose name, and by which command. */
export interface RedriveFrom {
  readonly caller: Caller;
  readonly context: CommandContext;
  readonly now: Date;
}

/** Where readers find a new job. */
export interface StoredJob {
  readonly streamId: string;
  readonly revision: number;
  readonly position: Position;
}

/** It was run again already, as `newJobId`, which is open or has completed; or somebody dropped it. */
export interface LeftOut {
  readonly outcome: 'left_out';
  readonly code: 'job.redriven' | 'job.dropped';
  readonly newJobId: JobId | null;
}

export interface Redriven {
  readonly outcome: 'redriven';
  readonly newJobId: JobId;
  readonly stored: StoredJob;
}

/** What a redrive would request. */
interface Planned {
  readonly outcome: 'planned';
  readonly request: JobRequest;
}

/**
 * Runs failed jobs again, each as a new job in its owner's name, for the same nominal time and below all that is due. The new
 * job's id follows from the failed one alone: two people who redrive the same job meet in one stream, and one of them requests it.
 */
@Injectable()
export class Redrives {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
    @Inject(SchedulePolicy) private readonly policy: SchedulePolicy,
    @Inject(UserStore) private readonly users: UserStore,
  ) {}

  /** Throws for a job that the caller may not manage, and for a report that must not be made any more. */
  async redrive(from: RedriveFrom, jobId: JobId): Promise<Redriven | LeftOut> {
    const context = contextOf(from, jobId);
    const plan = await this.plan(from, jobId);
    if (plan.outcome !== 'planned') return plan;
    const { request } = plan;
    const newJobId = request.jobId;
    const at = from.now.toISOString();
    const make = (): JobCommand => ({ type: 'RequestJob', request, at });
    const stored = await this.dispatcher.job({ context, ifMatch: null }, newJobId, make);
    if (stored.events.length > 0) return { outcome: 'redriven', newJobId, stored };
    // Somebody else was quicker by a moment.
    return { outcome: 'left_out', code: 'job.redriven', newJobId };
  }

  /** What `redrive` would do now, or has done when the same command came before. Throws as that does, and writes nothing. */
  async plan(from: RedriveFrom, jobId: JobId): Promise<Planned | Redriven | LeftOut> {
    const { state } = await this.streams.job(jobId);
    const failed = await this.permissions.job(from.caller, state);
    const last = await this.lastRun(failed, contextOf(from, jobId).commandId);
    if ('outcome' in last) return last;
    const { request } = last;
    const owner = await this.ownerOf(from.caller, request.owner);
    const policy = await this.retryPolicy(owner, request.templateId);
    const repeated = repeatedRequest(request, {
      ...{ jobId: redriveJobId(request.jobId), origin: 'retry', owner: owner.userId, catchUp: true },
      priority: this.policy.allowed(owner, request.priority),
      maxAttempts: policy === null ? this.parts.settings.EXPORT_MAX_ATTEMPTS : mostAttempts(policy),
    });
    return { outcome: 'planned', request: repeated };
  }

  /** The last one of the runs that redrives made of a failed job, if that has failed as well; else what keeps it from being redriven. */
  private async lastRun(failed: ExistingJob, commandId: string): Promise<ExistingJob | Redriven | LeftOut> {
    let last = failed;
    for (;;) {
      const obstacle = redriveObstacle(last);
      if (obstacle === 'dropped') return { outcome: 'left_out', code: 'job.dropped', newJobId: null };
      if (obstacle !== null) return { outcome: 'left_out', code: 'job.redriven', newJobId: last.request.jobId };
      const newJobId = redriveJobId(last.request.jobId);
      const streamId = streamOf('job', newJobId);
      const history = await this.parts.eventStore.readStream(streamId);
      const [first] = history;
      const end = history.at(-1);
      if (!first || !end) return last;
      const { revision, position } = end;
      // The same command, repeated: its answer had been lost.
      if (first.metadata.commandId === commandId) {
        return { outcome: 'redriven', newJobId, stored: { streamId, revision, position } };
      }
      last = fold(
        job,
        history.map((event) => toDomainEvent<JobEvent>(event)),
      ) as ExistingJob;
    }
  }

  /** The person whose report it is, as they may act now. */
  private async ownerOf(caller: Caller, owner: UserId): Promise<Caller> {
    if (owner === caller.userId) return caller;
    const user = await this.users.byId(owner);
    if (user?.disabledAt !== null)
      throw new Problem('job.owner_absent', 'Its owner may not sign in any more: drop it.');
    return user;
  }

  /** Of a template that the owner may run again; null: it has none of its own. */
  private async retryPolicy(owner: Caller, templateId: string | null): Promise<RetryPolicy | null> {
    if (templateId === null) return null;
    const template = templateFor(owner, (await this.streams.template(templateId)).state, 'run');
    if (template.status === 'archived') {
      throw new Problem('template.archived', 'The template is archived: restore it first.');
    }
    return template.retryPolicy;
  }
}

/** Each job's part of the command, so that a repeat of the whole finds what it has done of it. */
function contextOf({ context }: RedriveFrom, jobId: JobId): CommandContext {
  return { ...context, commandId: derivedId(context.commandId, `redrive ${jobId}`) };
}
