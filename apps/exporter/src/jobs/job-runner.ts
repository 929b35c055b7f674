import type { ActiveUser } from '#access';
import {
  jobFailure,
  toInstant,
  type ExistingJob,
  type JobFailure,
  type JobOutput,
  type JobRequest,
  type RetryPolicy,
  type TemplateState,
  type UserId,
} from '#domain';
import { ExportFailure, type ExportParts, type ExportRequest } from '#export-engine';
import type { Clock, Logger } from '#platform';
import type { Circuits } from '../circuits/circuits';
import type { ExportQueue } from '../queue/export-queue';
import { accessFailure } from './access';
import type { DeliveredContent } from './delivered-content';
import { openJob, type JobHistory, type JobOutcome, type ReadJob } from './job-history';
import type { RunningJob } from './running-job';

/** A command that could not be stored is tried again after these milliseconds. */
const TELL_AGAIN_MS = [100, 400, 1600, 3200];
/** A job that could not even be looked at goes back to the queue for so long. */
const LOOK_AGAIN_MS = 5000;
/** Least time for which a job that is not due goes back, should this machine's clock be behind the database's. */
const NOT_DUE_MS = 50;
const MINUTES_PER_DAY = 1440;

export interface RunnerParts {
  readonly history: JobHistory;
  readonly queue: ExportQueue;
  readonly delivered: DeliveredContent;
  /** Told what attempts say of their data sources. */
  readonly circuits: Circuits;
  /** What a user is called, for cover sheets. */
  readonly personName: (userId: UserId) => Promise<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs the export; throws `ExportFailure`. */
  readonly process: (request: ExportRequest, parts: ExportParts) => Promise<JobOutput>;
  readonly exportParts: Pick<ExportParts, 'dataSources' | 'fileStore' | 'limits'>;
  /** The user as of now; null: one who may not sign in. */
  readonly activeUser: (userId: UserId) => Promise<ActiveUser | null>;
  /** Days that files are kept unless the job says otherwise. */
  readonly retentionDays: number;
  /** What follows failed attempts where the template has no policy of its own. */
  readonly retryPolicy: RetryPolicy;
}

/** An attempt that has begun. */
interface Attempt {
  readonly request: JobRequest;
  readonly attempt: number;
  /** The job as its `JobStarted` left it. */
  readonly begun: ReadJob;
  /** What was in force as it began. */
  readonly policy: RetryPolicy;
  /** When it began, on the process's monotonic clock. */
  readonly beganAt: number;
}

/** Takes one claimed job through an attempt. The event store decides what is true; the queue row only holds the place. */
export class JobRunner {
  readonly #parts: RunnerParts;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Never throws: whatever happens to one job is no other job's business. */
  async run(running: RunningJob): Promise<void> {
    const { queue, logger } = this.#parts;
    const { claim } = running;
    try {
      await this.#attempt(running);
    } catch (error) {
      const code = 'exporter.job_interrupted';
      logger.error({ err: error, jobId: claim.jobId, code }, 'job put back');
      await queue.release(claim, LOOK_AGAIN_MS, 0).catch((cause: unknown) => {
        logger.error({ err: cause, jobId: claim.jobId, code }, 'job left to its lease');
      });
    }
  }

  async #attempt(running: RunningJob): Promise<void> {
    const { history, queue } = this.#parts;
    const { claim } = running;
    const read = await this.#withoutLostAttempt(running, await history.read(claim.jobId));
    const state = openJob(read.state);
    if (!state) return queue.remove(claim);

    const waitMs = this.#waitMs(state);
    if (waitMs > 0) return queue.release(claim, Math.max(waitMs, NOT_DUE_MS), state.attempt);

    const obstacle = await history.obstacle(state, this.#now());
    if (obstacle) return this.#expire(running, obstacle);

    const { request } = state;
    const [dataset, ownerName, owner, template] = await Promise.all([
      history.dataset(request),
      this.#ownerName(request),
      this.#parts.activeUser(request.owner),
      history.template(request),
    ]);
    const attempt = state.attempt + 1;
    const { jobId, worker } = claim;
    const started = await this.#tell(running, { type: 'StartJob', jobId, attempt, worker, at: this.#now() }, read);
    if (started.kind !== 'done') return this.#refused(running, attempt - 1, started);
    const policy = this.#retryPolicy(template);
    const current = { request, attempt, begun: started, policy, beganAt: performance.now() };
    const withdrawn = accessFailure(owner, template);
    if (withdrawn) return this.#failed(running, current, withdrawn);
    const limits = { ...this.#parts.exportParts.limits, userMaxRows: owner?.maxRows };
    await this.#export(running, current, { dataset, ownerName, limits });
  }

  /** A job that is found running was left by its worker. */
  async #withoutLostAttempt(running: RunningJob, read: ReadJob): Promise<ReadJob> {
    const { state } = read;
    if (state.status !== 'running') return read;
    const { jobId } = running.claim;
    const { attempt, worker } = state;
    const policy = this.#retryPolicy(await this.#parts.history.template(state.request));
    const loss = { type: 'LoseAttempt', jobId, attempt, cause: 'worker_lost', policy, at: this.#now() } as const;
    const outcome = await this.#tell(running, loss);
    this.#parts.logger.warn({ jobId, attempt, worker }, 'attempt lost');
    if (outcome.kind === 'done') this.#logIfFailed(running, state.request, outcome);
    return this.#parts.history.read(jobId);
  }

  async #expire(running: RunningJob, reason: NonNullable<Awaited<ReturnType<JobHistory['obstacle']>>>): Promise<void> {
    const { jobId } = running.claim;
    await this.#tell(running, { type: 'ExpireJob', jobId, reason, at: this.#now() });
    this.#parts.logger.info({ jobId, reason }, 'job expired');
    await this.#parts.queue.remove(running.claim);
  }

  async #export(
    running: RunningJob,
    current: Attempt,
    known: Pick<ExportParts, 'dataset' | 'ownerName' | 'limits'>,
  ): Promise<void> {
    const { process, exportParts } = this.#parts;
    const { request, attempt } = current;
    const { jobId } = running.claim;
    let output: JobOutput;
    try {
      const { batchTypeId, input } = request;
      const { signal } = running;
      const onProgress = (rows: number, bytes: number) => running.report(rows, bytes);
      const lastContent = () => this.#parts.delivered.last(request);
      const onStep = (quietMs: number) => running.step(quietMs);
      const parts = { ...exportParts, ...known, signal, lastContent, onProgress, onStep };
      output = await Promise.race([process({ jobId, attempt, batchTypeId, input }, parts), running.abandoned]);
    } catch (error) {
      await this.#failed(running, current, error);
      return;
    }
    await this.#completed(running, current, output, Math.round(performance.now() - current.beganAt));
  }

  async #completed(running: RunningJob, current: Attempt, output: JobOutput, ms: number): Promise<void> {
    const { clock, retentionDays, logger, queue, delivered } = this.#parts;
    const { request, attempt, begun } = current;
    const { jobId } = running.claim;
    // Before the event: a later run must find every job that completed.
    if (output.contentSha256 !== null && output.withheld === null) await delivered.note(request);
    const now = clock.now();
    const minutes = request.input.additionalConfig.output.retentionMinutes ?? retentionDays * MINUTES_PER_DAY;
    const outputExpiresAt = toInstant(now.getTime() + minutes * 60_000);
    const completion = { type: 'CompleteJob', jobId, attempt, output, outputExpiresAt, at: toInstant(now) } as const;
    const outcome = await this.#tell(running, completion, begun);
    if (outcome.kind !== 'done') return this.#refused(running, attempt, outcome);
    const bytes = output.files.reduce((sum, file) => sum + file.bytes, 0);
    const file = output.files.map(({ key }) => key).join(', ');
    const { rows, withheld } = output;
    const what = withheld === null ? { bytes, file } : { withheld };
    logger.info({ jobId, template: nameOf(request), rows, ...what, ms }, 'job completed');
    await this.#noteOfSource(current, null);
    await queue.remove(running.claim);
  }

  async #failed(running: RunningJob, current: Attempt, error: unknown): Promise<void> {
    const { request, attempt, policy } = current;
    const { logger, queue } = this.#parts;
    const { claim, abortedFor } = running;
    const { jobId } = claim;
    switch (abortedFor) {
      case 'cancelled':
        logger.info({ jobId, template: nameOf(request) }, 'job cancelled');
        return queue.remove(claim);
      case 'lease_lost':
        logger.warn({ jobId, attempt, code: 'exporter.lease_lost' }, 'attempt given up: another worker has the job');
        return;
      case 'stuck':
      case 'shutdown': {
        const cause = abortedFor === 'stuck' ? 'stuck' : 'handed_back';
        const lost = await this.#tell(running, {
          ...{ type: 'LoseAttempt', jobId, attempt, cause, policy },
          at: this.#now(),
        });
        if (lost.kind !== 'done') return this.#refused(running, attempt, lost);
        if (cause === 'stuck') logger.warn({ jobId, attempt, code: 'exporter.job_stuck' }, 'attempt made no progress');
        else logger.info({ jobId, attempt }, 'job handed back');
        if (this.#logIfFailed(running, request, lost)) return queue.remove(claim);
        return queue.release(claim, 0, attempt);
      }
      case null: {
        const failure = this.#failureOf(error, jobId);
        const end = { type: 'FailAttempt', jobId, attempt, failure, policy, chance: Math.random() } as const;
        const outcome = await this.#tell(running, { ...end, at: this.#now() });
        if (outcome.kind !== 'done') return this.#refused(running, attempt, outcome);
        // Before anything else can start in its place.
        await this.#noteOfSource(current, failure.code);
        if (this.#logIfFailed(running, request, outcome)) return queue.remove(claim);
        const retryInMs = this.#waitMs(openJob(outcome.state));
        const { code, message } = failure;
        logger.warn({ jobId, template: nameOf(request), attempt, code, message, retryInMs }, 'job attempt failed');
        return queue.release(claim, retryInMs, attempt);
      }
    }
  }

  #noteOfSource({ request, attempt, beganAt }: Attempt, failureCode: string | null): Promise<void> {
    const { jobId, input } = request;
    const { datasetId } = input.additionalConfig;
    const elapsedMs = performance.now() - beganAt;
    return this.#parts.circuits.note({ jobId, attempt, datasetId, elapsedMs, failureCode });
  }

  /** Looked up before the attempt, so that it costs none when that fails, and only where it is to be written. */
  async #ownerName({ owner, input }: JobRequest): Promise<string> {
    return input.dynamicMapping && input.additionalConfig.layout.coverSheet ? this.#parts.personName(owner) : owner;
  }

  /** Only what the engine meant for the owner goes into an event; anything else goes to the log. */
  #failureOf(error: unknown, jobId: string): JobFailure {
    if (error instanceof ExportFailure) return jobFailure(error.code, error.message);
    this.#parts.logger.error({ err: error, jobId, code: 'export.internal' }, 'export failed unexpectedly');
    const message = 'The export failed for a reason inside the system. Its log tells more under the id of this job.';
    return jobFailure('export.internal', message);
  }

  /** True when the job has ended as failed, which is then in the log. */
  #logIfFailed(running: RunningJob, request: JobRequest, outcome: JobOutcome & { readonly kind: 'done' }): boolean {
    const failed = outcome.events.find((event) => event.type === 'JobFailed');
    if (!failed) return false;
    const { attempt, failure } = failed;
    const { code, message } = failure;
    this.#parts.logger.warn(
      { jobId: running.claim.jobId, template: nameOf(request), attempt, code, message },
      'job failed',
    );
    return true;
  }

  /** Somebody else decided about the job meanwhile. */
  async #refused(running: RunningJob, attempt: number, outcome: JobOutcome): Promise<void> {
    const { history, queue, logger } = this.#parts;
    const { claim } = running;
    const code = outcome.kind === 'refused' ? outcome.refusal.code : `job.${outcome.kind}`;
    logger.warn({ jobId: claim.jobId, attempt, code }, 'the job went another way');
    if (openJob(await history.job(claim.jobId))) return queue.release(claim, NOT_DUE_MS, attempt);
    return queue.remove(claim);
  }

  /** Stores a command's events; the same command again, after a look at the job, when the answer was lost. */
  async #tell(
    running: RunningJob,
    command: Parameters<JobHistory['execute']>[0],
    known?: ReadJob,
  ): Promise<JobOutcome> {
    const purpose = `${running.claim.worker} ${'attempt' in command ? command.attempt : ''}`;
    for (const [tries, delayMs] of TELL_AGAIN_MS.entries()) {
      try {
        return await this.#parts.history.execute(command, purpose, tries === 0 ? known : undefined);
      } catch (error) {
        const { jobId, type } = command;
        this.#parts.logger.warn({ err: error, jobId, command: type, code: 'exporter.not_stored' }, 'trying again');
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
    return this.#parts.history.execute(command, purpose);
  }

  #retryPolicy(template: TemplateState | null): RetryPolicy {
    const own = template === null || template.status === 'absent' ? null : template.retryPolicy;
    return own ?? this.#parts.retryPolicy;
  }

  /** Milliseconds until the job may begin; 0 once it may. */
  #waitMs(state: ExistingJob | null): number {
    if (!state?.retryAt) return 0;
    return Math.max(0, Date.parse(state.retryAt) - this.#parts.clock.now().getTime());
  }

  #now(): string {
    return toInstant(this.#parts.clock.now());
  }
}

/** What people know the report by. */
function nameOf({ input }: JobRequest): string {
  return input.dynamicMapping ? input.additionalConfig.templateName : 'standard export';
}
