import type { Logger } from '#platform';
import type { RunningJob } from '../jobs/running-job';
import type { ExportQueue } from '../queue/export-queue';

/** Progress is told, and cancellation looked for, this often. */
const LONGEST_INTERVAL_MS = 500;

/** Prolongs the leases of all jobs that run in this process, tells their progress, hears of their cancellation and ends those that are stuck. */
export class Heartbeat {
  readonly #queue: ExportQueue;
  readonly #logger: Logger;
  readonly #stuckMs: number;
  readonly #jobs = new Set<RunningJob>();
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  /** @param stuckMs milliseconds without progress after which a job is ended for another worker to take it */
  constructor(queue: ExportQueue, logger: Logger, stuckMs: number) {
    this.#queue = queue;
    this.#logger = logger;
    this.#stuckMs = stuckMs;
    this.#intervalMs = Math.min(LONGEST_INTERVAL_MS, queue.leaseMs / 3);
  }

  add(job: RunningJob): void {
    this.#jobs.add(job);
    this.#timer ??= setInterval(() => void this.beat(), this.#intervalMs);
  }

  delete(job: RunningJob): void {
    this.#jobs.delete(job);
    if (this.#jobs.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One beat for all jobs, at once; a beat under way counts. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => (this.#beating = undefined));
    return this.#beating;
  }

  async #beat(): Promise<void> {
    const jobs = [...this.#jobs];
    if (jobs.length === 0) return;
    const sentAt = performance.now();
    try {
      const answers = await this.#queue.beat(jobs.map((job) => ({ claim: job.claim, ...job.takeProgress() })));
      jobs.forEach((job, index) => {
        const answer = answers[index];
        if (answer === 'taken') job.abort('lease_lost');
        if (answer === 'cancelled') job.abort('cancelled');
        if (answer === 'held') job.heldSince(sentAt);
      });
    } catch (error) {
      this.#logger.warn({ err: error, code: 'exporter.heartbeat_failed' }, 'leases not prolonged');
    }
    // Whatever the reason that nobody confirms the lease, another worker may have the job by now.
    for (const job of jobs) {
      if (job.isOverdue(this.#queue.leaseMs)) job.abort('lease_lost');
      if (job.isStuck(this.#stuckMs)) job.abort('stuck');
    }
  }
}
