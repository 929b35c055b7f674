import type { Logger } from '#platform';
import { RoundLoop, Slots } from '#runtime';
import { RunningJob } from '../jobs/running-job';
import type { Claims } from '../queue/claims';
import type { Claim, ExportQueue } from '../queue/export-queue';
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
  readonly #slots: Slots<RunningJob>;
  readonly #loop: RoundLoop;
  #claims = 0;

  constructor(parts: WorkerPoolParts) {
    this.#parts = parts;
    this.#heartbeat = new Heartbeat(parts.queue, parts.logger, parts.stuckMs);
    this.#slots = new Slots({
      size: parts.slots,
      run: parts.run,
      onFree: (job) => {
        this.#heartbeat.delete(job);
        this.wake();
      },
    });
    this.#loop = new RoundLoop({
      runRound: async () => {
        await parts.register.present();
        return this.#fillSlots();
      },
      logger: parts.logger,
      longestRetryMs: AFTER_FAILURE_MS,
      failure: {
        problem: 'the export queue cannot be read; see the log',
        code: 'exporter.queue_failed',
        message: 'no jobs claimed',
      },
    });
  }

  /** Null when the last look into the queue succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#loop.problem;
  }

  start(): void {
    this.#loop.start();
  }

  /** A job may be ready: look into the queue. */
  wake(): void {
    this.#loop.wake();
  }

  /** A job may have been cancelled: ask about those that run here. */
  lookForCancellations(): void {
    void this.#heartbeat.beat();
  }

  /** Claims nothing more, lets running exports end for a while, then ends them and hands their jobs back. */
  async stop(graceMs = STOP_GRACE_MS): Promise<void> {
    await this.#loop.stop();
    for (const job of await this.#slots.empty(graceMs, ABORT_GRACE_MS)) {
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

  /** Claims as long as there are free slots and jobs. Gives the milliseconds until there is reason to look again. */
  async #fillSlots(): Promise<number> {
    while (!this.#loop.isStopped && this.#slots.free > 0) {
      const names = Array.from({ length: this.#slots.free }, () => this.#nextName());
      const { claims, more, nextInMs } = await this.#parts.claims.claim(names);
      for (const claim of claims) this.#run(claim);
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

  #run(claim: Claim): void {
    const job = new RunningJob(claim, this.#parts.abandonAfterMs);
    this.#heartbeat.add(job);
    this.#slots.fill(job);
  }
}
