import { Inject, Injectable } from '@nestjs/common';
import { AccessLog, type Caller } from '#access';
import { selfServiceRequest, type DatasetState, type ParameterValue, type TemplateDefinition } from '#domain';
import type { CommandContext } from '#event-sourcing';
import { ExportFailure, previewRows, type Preview } from '#export-engine';
import { PARTS, type Parts } from '#runtime';
import { invalidDefinition } from '../commands/outcomes';
import { Problem } from '../http/problem';
import { PROBLEMS, type ProblemCode } from '../http/problem-codes';

const PREVIEW_ROWS = 50;
const PREVIEW_MS = 20_000;

export interface PreviewRequest {
  readonly definition: TemplateDefinition;
  readonly dataset: DatasetState;
  readonly templateId: string | null;
  readonly timeZone: string;
  /** What was chosen for the definition's parameters. */
  readonly parameters: readonly ParameterValue[];
  readonly caller: Caller;
  readonly context: CommandContext;
  readonly now: Date;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Shows the first rows of a report. Who has seen what is recorded before it is shown. */
@Injectable()
export class Previews {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(AccessLog) private readonly accessLog: AccessLog,
  ) {}

  async show(request: PreviewRequest): Promise<Preview> {
    const { definition, dataset, caller, context, now } = request;
    const preview = await this.rows(request);
    const event = {
      type: 'PreviewRead',
      userId: caller.userId,
      templateId: request.templateId,
      datasetId: dataset.status === 'absent' ? definition.datasetId : dataset.datasetId,
      rows: preview.rows.length,
      at: now.toISOString(),
    } as const;
    await this.accessLog.record(event, context).catch((cause: unknown) => {
      throw new Problem('access.not_recorded', 'The preview could not be recorded: try again.', { cause });
    });
    return preview;
  }

  private async rows(request: PreviewRequest): Promise<Preview> {
    const { definition, dataset, caller, timeZone, parameters, now, signal } = request;
    const { input } = selfServiceRequest({
      jobId: caller.userId,
      origin: 'run_now',
      owner: caller.userId,
      template: {
        status: 'active',
        templateId: definition.datasetId,
        owner: caller.userId,
        details: { name: 'Preview', description: null, tags: [] },
        definition,
        shares: {},
        retryPolicy: null,
      },
      templateRevision: 0,
      schedule: null,
      rerunOf: null,
      parameters,
      nominalTime: now.toISOString(),
      timeZone,
      priority: 'normal',
      maxAttempts: 1,
      startBefore: null,
    });
    const parts = { dataset, dataSources: this.parts.dataSources, signal, timeoutMs: PREVIEW_MS };
    return previewRows(input, parts, PREVIEW_ROWS).catch((error: unknown) => {
      throw error instanceof ExportFailure ? previewProblem(error) : error;
    });
  }
}

function previewProblem(failure: ExportFailure): Problem {
  if (failure.problems.length > 0) return invalidDefinition(failure.problems);
  const code: ProblemCode = isProblemCode(failure.code) ? failure.code : 'export.failed';
  return new Problem(code, failure.message, {
    headers: failure.transient ? { 'Retry-After': '5' } : {},
    cause: failure,
  });
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
