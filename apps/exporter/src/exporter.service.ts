import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { UserStore } from '#access';
import type { UserId } from '#domain';
import { FollowedFeed } from '#event-feed';
import { queueRules } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { CIRCUIT_CHANNEL } from './circuits/circuit-table';
import { Circuits } from './circuits/circuits';
import { DeliveredContent } from './jobs/delivered-content';
import { Gathered } from './jobs/gathered';
import { JobHistory } from './jobs/job-history';
import { JobRunner, type RunnerParts } from './jobs/job-runner';
import { retryPolicyOf } from './jobs/retry-settings';
import { Claims } from './queue/claims';
import { CANCELLED, ExportQueue, QUEUE_CHANNEL } from './queue/export-queue';
import { QueueProjection } from './queue/queue-projection';
import { WorkerRegister } from './queue/worker-register';
import { expireWaitingJobs } from './sweeping/deadlines';
import { expireOutputs, removeAbandonedAttempts, removeAbandonedUploads } from './sweeping/outputs';
import { reportOverdue } from './sweeping/overdue';
import { Sweeper } from './sweeping/sweeper';
import { WorkerPool } from './workers/worker-pool';

/** What a job does when its turn has come: `processExportRequest` in the product. */
export const EXPORT_PROCESS = Symbol('what a job does');

const DEADLINES_EVERY_MS = 5000;
const OVERDUE_EVERY_MS = 15_000;
const RETENTION_EVERY_MS = 15_000;
const ABANDONED_EVERY_MS = 600_000;

/** Queues requested jobs, runs them in this process's slots, and clears away what they leave. */
@Injectable()
export class ExporterService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: Parts;
  readonly #followed: FollowedFeed;
  readonly #circuits: Circuits;
  readonly #workers: WorkerPool;
  readonly #sweepers: readonly Sweeper[];
  readonly #stopping = new AbortController();
  #unlisten: readonly (() => Promise<void>)[] = [];

  constructor(@Inject(PARTS) parts: Parts, @Inject(EXPORT_PROCESS) process: RunnerParts['process']) {
    const { pool, eventFeed, eventStore, clock, settings, fileStore, dataSources } = parts;
    const logger = parts.logger.child({ app: 'exporter' });
    const history = new JobHistory(eventStore);
    const users = new UserStore(pool);
    const activeUsers = new Gathered((userIds: readonly UserId[]) => users.active(userIds));
    const queue = new ExportQueue(pool, settings.EXPORT_LEASE_SECONDS * 1000);
    this.#circuits = new Circuits({
      ...{ pool, eventStore, logger },
      rules: {
        failures: settings.CIRCUIT_FAILURES,
        pauseMs: settings.CIRCUIT_PAUSE_SECONDS * 1000,
        longestPauseMs: settings.CIRCUIT_LONGEST_PAUSE_SECONDS * 1000,
      },
    });
    const runner = new JobRunner({
      history,
      queue,
      delivered: new DeliveredContent(pool, history),
      circuits: this.#circuits,
      personName: async (userId) => (await users.byId(userId))?.displayName ?? userId,
      clock,
      logger,
      process,
      exportParts: {
        dataSources,
        fileStore,
        limits: {
          maxRows: settings.EXPORT_MAX_ROWS,
          maxRowsPerFile: settings.EXPORT_MAX_ROWS_PER_FILE,
          maxBytesPerFile: settings.EXPORT_MAX_BYTES_PER_FILE,
          maxFiles: settings.EXPORT_MAX_FILES,
          timeoutMs: settings.EXPORT_TIMEOUT_SECONDS * 1000,
        },
      },
      activeUser: (userId) => activeUsers.ask(userId),
      retentionDays: settings.OUTPUT_RETENTION_DAYS,
      retryPolicy: retryPolicyOf(settings),
    });
    const overdue = {
      ...{ pool, history, clock, logger, stalledMs: settings.EXPORT_STALLED_MINUTES * 60_000 },
      rules: {
        ceilingMs: settings.EXPORT_LONG_MINUTES * 60_000,
        factor: settings.EXPORT_LONG_FACTOR,
        leastRuns: settings.EXPORT_LONG_RUNS,
      },
    };
    const outputs = { pool, history, fileStore, clock, logger };
    this.#parts = parts;
    const projection = new QueueProjection({ pool, leaseMs: queue.leaseMs });
    this.#followed = new FollowedFeed(projection, { eventFeed, eventStore, logger });
    const name = `${hostname()}/${pid}/${randomUUID().slice(0, 8)}`;
    this.#workers = new WorkerPool({
      queue,
      claims: new Claims(pool, queueRules(settings), queue.leaseMs),
      register: new WorkerRegister(pool, name, settings.EXPORT_SLOTS),
      logger,
      slots: settings.EXPORT_SLOTS,
      name,
      stuckMs: settings.EXPORT_STUCK_MINUTES * 60_000,
      run: (job) => runner.run(job),
    });
    this.#sweepers = [
      new Sweeper('deadlines', DEADLINES_EVERY_MS, () => expireWaitingJobs({ queue, history, clock, logger }), logger),
      new Sweeper('overdue', OVERDUE_EVERY_MS, () => reportOverdue(overdue), logger),
      new Sweeper('retention', RETENTION_EVERY_MS, () => expireOutputs(outputs), logger),
      new Sweeper(
        'abandoned attempts',
        ABANDONED_EVERY_MS,
        () => removeAbandonedAttempts(outputs, this.#stopping.signal),
        logger,
      ),
      new Sweeper(
        'abandoned uploads',
        ABANDONED_EVERY_MS,
        () => removeAbandonedUploads(outputs, (settings.EXPORT_TIMEOUT_SECONDS + settings.EXPORT_LEASE_SECONDS) * 1000),
        logger,
      ),
    ];
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#parts.health.register('exporter', async () => (await this.#followed.problem()) ?? this.#workers.problem);
    const { notifications, logger } = this.#parts;
    this.#unlisten = [
      await notifications.listen(QUEUE_CHANNEL, (payload) => {
        if (payload === CANCELLED) this.#workers.lookForCancellations();
        else this.#workers.wake();
      }),
      await notifications.listen(CIRCUIT_CHANNEL, () => {
        this.#circuits.refresh().catch((err: unknown) => {
          logger.error({ err, app: 'exporter', code: 'exporter.circuit_failed' }, 'not noted of a data source');
        });
      }),
    ];
    await this.#circuits.refresh();
    await this.#followed.start();
    this.#workers.start();
    for (const sweeper of this.#sweepers) sweeper.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#sweepers.map((sweeper) => sweeper.stop()));
    await this.#workers.stop();
    await this.#followed.stop();
    for (const stop of this.#unlisten) await stop();
  }
}
