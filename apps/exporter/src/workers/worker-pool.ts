import type { Logger } from '#platform';
import { RunningJob } from '../jobs/running-job';
import type { Claims } from '../queue/claims';
import type { ExportQueue } from '../queue/export-queue';
import type { WorkerRegister } from '../queue/worker-register';
import { Heartbeat } from './heartbeat';

/** Notifications only wake the workers: what they miss is found within this time. */
const LOOK_AGAIN_MS = 5000;
/** A job whose turn it is may be locked for a moment by whoever changes it. */
const SHORTEST_PAUSE_MS = 10;
const AFTER_FAILURE_MS = 1000;
/** Milliseconds that running exports are given at a stop, and then to notice that they were ended. */
const STOP_GRACE_MS = 5000;
const ABORT_GRACE_MS = 10_000;

export interface WorkerPoolParts {
  readonly queue: ExportQueue;
  readonly claims: Claims;
  readonly register: WorkerRegister;
  readonly logger: Logger;
  /** Exports at a time. */
  readonly slots: number;
  /** Name of this process among all workers. */
  readonly name: string;
  /** Milliseconds without progress after which an export counts as stuck. */
  readonly stuckMs: number;
  /** Milliseconds that an export which was told to end is waited for; default 5,000. */
  readonly abandonAfterMs?: number;
  /** Takes a claimed job through an attempt; never throws. */
  readonly run: (job: RunningJob) => Promise<void>;
}

/** Claims jobs for as many slots as this process has, and runs them. */
export class WorkerPool {
  readonly #parts: WorkerPoolParts;
  readonly #heartbeat: Heartbeat;
  readonly #running = new Map<RunningJob, Promise<void>>();
  #claims = 0;
  #stopped = false;
  #woken = false;
  #endPause: (() => void) | undefined;
  #pumping: Promise<void> | undefined;
  #problem: string | null = null;

  constructor(parts: WorkerPoolParts) {
    this.#parts = parts;
    this.#heartbeat = new Heartbeat(parts.queue, parts.logger, parts.stuckMs);
  }

  /** Null when the last look into the queue succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    this.#pumping = this.#pump();
  }

  /** A job may be ready: look into the queue. */
  wake(): void {
    this.#resume();
  }

  /** A job may have been cancelled: ask about those that run here. */
  lookForCancellations(): void {
    void this.#heartbeat.beat();
  }

  /** Claims nothing more, lets running exports end for a while, then ends them and hands their jobs back. */
  async stop(graceMs = STOP_GRACE_MS): Promise<void> {
    this.#stopped = true;
    this.#resume();
    await this.#pumping;
    await this.#idle(graceMs);
    for (const job of this.#running.keys()) job.abort('shutdown');
    await this.#idle(ABORT_GRACE_MS);
    for (const job of this.#running.keys()) {
      this.#heartbeat.delete(job);
      this.#parts.logger.error(
        { jobId: job.claim.jobId, code: 'exporter.not_handed_back' },
        'export does not end: left to its lease',
      );
    }
    await this.#parts.register.leave().catch((error: unknown) => {
      this.#parts.logger.warn(
        { err: error, code: 'exporter.not_signed_off' },
        'the others count on this process a while',
      );
    });
  }

  async #pump(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      try {
        await this.#parts.register.present();
        const pauseMs = await this.#fillSlots();
        this.#problem = null;
        await this.#pause(pauseMs);
      } catch (error) {
        this.#problem = 'the export queue cannot be read; see the log';
        this.#parts.logger.error({ err: error, code: 'exporter.queue_failed' }, 'no jobs claimed');
        await this.#pause(AFTER_FAILURE_MS);
      }
    }
  }

  /** Claims as long as there are free slots and jobs. Gives the milliseconds until there is reason to look again. */
  async #fillSlots(): Promise<number> {
    while (!this.#stopped && this.#running.size < this.#parts.slots) {
      const names = Array.from({ length: this.#parts.slots - this.#running.size }, () => this.#nextName());
      const { claims, more, nextInMs } = await this.#parts.claims.claim(names);
      for (const claim of claims) this.#run(new RunningJob(claim, this.#parts.abandonAfterMs));
      const pauseMs = Math.min(Math.max(nextInMs ?? LOOK_AGAIN_MS, SHORTEST_PAUSE_MS), LOOK_AGAIN_MS);
      if (claims.length === 0) return more ? SHORTEST_PAUSE_MS : pauseMs;
      if (!more && claims.length < names.length) return pauseMs;
    }
    return LOOK_AGAIN_MS;
  }

  #nextName(): string {
    this.#claims += 1;
    return `${this.#parts.name}/${this.#claims}`;
  }

  #run(job: RunningJob): void {
    this.#heartbeat.add(job);
    const run = this.#parts.run(job).finally(() => {
      this.#heartbeat.delete(job);
      this.#running.delete(job);
      this.#resume();
    });
    this.#running.set(job, run);
  }

  /** Until no job runs any more, or the time is over. */
  async #idle(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
    await Promise.race([Promise.all(this.#running.values()), timeout]);
    clearTimeout(timer);
  }

  #resume(): void {
    this.#woken = true;
    this.#endPause?.();
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#stopped || this.#woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = undefined;
  }
}
