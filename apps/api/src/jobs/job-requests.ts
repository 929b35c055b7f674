import { Inject, Injectable } from '@nestjs/common';
import { type Caller } from '#access';
import {
  isEnded,
  mostAttempts,
  repeatedRequest,
  selfServiceRequest,
  standardExportRequest,
  type ExistingJob,
  type JobRequest,
  type BatchTypeId,
  type OutputOptions,
  type Priority,
  type RetryPolicy,
} from '#domain';
import { derivedId } from '#event-sourcing';
import { DEFAULT_BATCH_TYPES } from '#export-engine';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { templateFor } from '../commands/permissions';
import { Streams } from '../commands/streams';
import type { AnyCall } from '../http/operation';
import { Problem } from '../http/problem';
import { SchedulePolicy } from '../schedules/schedule-policy';
import { DefinitionChecks } from '../templates/definition-checks';
import { chosenParameters } from '../templates/parameters.schema';

type From = AnyCall & { readonly caller: Caller };
interface Terms {
  readonly timeZone: string;
  readonly priority: Priority;
}

interface DatasetTerms {
  readonly batchTypeId: BatchTypeId;
  readonly datasetId: string;
  readonly output: OutputOptions;
}

interface TemplateRun {
  readonly templateId: string;
  readonly parameters: Parameters<typeof chosenParameters>[1];
}

/** Requests jobs in the name of people. Their ids follow from the command, so that a repeat finds its job. */
@Injectable()
export class JobRequests {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(DefinitionChecks) private readonly checks: DefinitionChecks,
    @Inject(SchedulePolicy) private readonly policy: SchedulePolicy,
  ) {}

  /** A run of a template as it is now. */
  run(from: From, { templateId, parameters, ...terms }: Terms & TemplateRun) {
    return this.request(from, async (jobId) => {
      this.policy.requirePriority(from.caller, terms.priority);
      const { state, revision } = await this.streams.template(templateId);
      const template = templateFor(from.caller, state, 'run');
      if (template.status === 'archived') throw archived();
      const { state: dataset } = await this.streams.dataset(template.definition.datasetId);
      await this.checks.require(template.definition, dataset);
      return selfServiceRequest({
        ...this.common(from, jobId, terms),
        origin: 'run_now',
        template,
        templateRevision: revision,
        schedule: null,
        rerunOf: null,
        parameters: chosenParameters(template.definition.parameters, parameters),
      });
    });
  }

  /** A standard export, or another kind of job over a whole dataset. */
  standardExport(from: From, { batchTypeId, datasetId, output, ...terms }: Terms & DatasetTerms) {
    return this.request(from, async (jobId) => {
      this.policy.requirePriority(from.caller, terms.priority);
      const { state } = await this.streams.dataset(datasetId);
      if (state.status === 'absent') throw new Problem('dataset.missing', 'There is no such dataset.');
      if (state.status === 'retired') throw new Problem('dataset.retired', 'The dataset is retired: choose another.');
      const request = standardExportRequest({
        ...this.common(from, jobId, terms),
        ...{ batchTypeId, datasetId, output, rerunOf: null },
      });
      const { definition } = DEFAULT_BATCH_TYPES.of(batchTypeId).report(request.input, state.definition);
      await this.checks.require(definition, state);
      return request;
    });
  }

  /**
   * The same report again, for the same nominal time. Where an administrator made it urgent, it is of high priority for those who
   * may not.
   */
  again(from: From, origin: 'retry' | 'rerun', previous: ExistingJob) {
    return this.request(from, async (jobId) => {
      const { request, status } = previous;
      if (!isEnded(status)) throw new Problem('job.not_ended', 'The job has not ended: wait for it, or cancel it.');
      if (origin === 'retry' && (status === 'completed' || status === 'completed_with_warnings')) {
        throw new Problem('job.did_not_fail', 'The job has completed: rerun it instead.');
      }
      const policy = request.templateId === null ? null : await this.policyOf(from.caller, request.templateId);
      return repeatedRequest(request, {
        ...{ jobId, origin, owner: from.caller.userId },
        maxAttempts: policy === null ? this.parts.settings.EXPORT_MAX_ATTEMPTS : mostAttempts(policy),
        priority: this.policy.allowed(from.caller, request.priority),
        catchUp: false,
      });
    });
  }

  /** Of a template that the caller may run again. */
  private async policyOf(caller: Caller, templateId: string): Promise<RetryPolicy | null> {
    const template = templateFor(caller, (await this.streams.template(templateId)).state, 'run');
    if (template.status === 'archived') throw archived();
    return template.retryPolicy;
  }

  private async request(from: From, make: (jobId: string) => Promise<JobRequest>) {
    const jobId = derivedId(from.context.commandId, 'job');
    const outcome = await this.dispatcher.job({ context: from.context, ifMatch: null }, jobId, async () => {
      return { type: 'RequestJob', request: await make(jobId), at: from.now.toISOString() };
    });
    return answered(jobId, outcome, { location: `/v1/job-requests/${jobId}` });
  }

  private common({ caller, now }: From, jobId: string, { timeZone, priority }: Terms) {
    return {
      jobId,
      owner: caller.userId,
      nominalTime: now.toISOString(),
      timeZone,
      priority,
      maxAttempts: this.parts.settings.EXPORT_MAX_ATTEMPTS,
      startBefore: null,
    };
  }
}

function archived(): Problem {
  return new Problem('template.archived', 'The template is archived: restore it first.');
}
