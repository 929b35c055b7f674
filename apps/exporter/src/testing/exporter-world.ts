import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserStore } from '#access';
import {
  dataset,
  job,
  streamOf,
  type CircuitRules,
  type DatasetDefinition,
  type JobCommand,
  type JobEvent,
  type JobId,
  type JobOutput,
  type JobRequest,
  type RetryPolicy,
  type TemplateEvent,
  type UserId,
} from '#domain';
import { ANNA, BEN, CARA, DATASET_ID, FLIGHTS, jobOutput, jobRequest, carryOut } from '#domain/testing';
import { FollowedFeed } from '#event-feed';
import { STORE_SOURCE, toDomainEvent, toNewEvents, type Decider, type DomainRefusal } from '#event-sourcing';
import type { ExportParts, ExportRequest } from '#export-engine';
import { createLogger, readSettings } from '#platform';
import type { QueueRules } from '#read-models';
import { closeParts, openParts, type Parts } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { CIRCUIT_CHANNEL } from '../circuits/circuit-table';
import { Circuits } from '../circuits/circuits';
import { DeliveredContent } from '../jobs/delivered-content';
import { JobHistory, openJob } from '../jobs/job-history';
import { JobRunner } from '../jobs/job-runner';
import { Claims } from '../queue/claims';
import { CANCELLED, ExportQueue, QUEUE_CHANNEL, type BeatAnswer } from '../queue/export-queue';
import { EXPORTER_GROUP, QueueProjection } from '../queue/queue-projection';
import { WorkerRegister } from '../queue/worker-register';
import { WorkerPool } from '../workers/worker-pool';

const NO_DELAY = { attempts: 20, firstDelaySeconds: 0, factor: 1, longestDelaySeconds: 0, jitter: 0 };
const AT_ONCE: RetryPolicy = { transient: NO_DELAY, limit: { ...NO_DELAY, attempts: 1 }, deadlineMinutes: null };
const PATIENCE_MS = 20_000;
const LEASE_MS = 30_000;
/** On which the test database tells that rows left the queue. */
const REMOVED_CHANNEL = 'test_removed';
const TELL_OF_REMOVALS = `
  CREATE FUNCTION exporter.tell_of_removal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_notify('${REMOVED_CHANNEL}', ''); RETURN NULL; END $$;
  CREATE TRIGGER removal_is_told AFTER DELETE ON exporter.export_queue EXECUTE FUNCTION exporter.tell_of_removal()`;

export type Process = (request: ExportRequest, parts: ExportParts) => Promise<JobOutput>;

export interface WorkerOptions {
  readonly process: Process;
  readonly slots?: number;
  readonly leaseMs?: number;
  /** True: it is cut off from the queue once it has a job, so that its lease runs out whatever it does. Default false. */
  readonly silent?: boolean;
  /** Milliseconds without progress after which an export counts as stuck; default an hour. */
  readonly stuckMs?: number;
  /** How long an export that was told to end is waited for; default as in the product. */
  readonly abandonAfterMs?: number;
  readonly rules?: Partial<QueueRules>;
  readonly circuits?: Partial<CircuitRules>;
  /** Default: as many attempts as a job asks for, without a wait. */
  readonly retryPolicy?: RetryPolicy;
}

/** The queue as a worker has it whose signs of life do not arrive. */
class CutOffQueue extends ExportQueue {
  override beat(): Promise<readonly BeatAnswer[]> {
    return Promise.reject(new Error('The queue does not answer.'));
  }
}

/** The real store, feed, queue and files of an exporter; each worker stands for a process of its own. */
export class ExporterWorld {
  readonly history: JobHistory;
  readonly #followed: FollowedFeed;
  readonly #stops: (() => Promise<void>)[] = [];

  private constructor(
    readonly parts: Parts,
    private readonly database: TestDatabase,
    /** The lines that were logged. */
    readonly log: readonly Record<string, unknown>[],
  ) {
    this.history = new JobHistory(parts.eventStore);
    this.#followed = new FollowedFeed(new QueueProjection({ pool: parts.pool, leaseMs: LEASE_MS }), parts);
  }

  static async open(dataSources: Record<string, string> = {}): Promise<ExporterWorld> {
    const database = await createTestDatabase({ migrated: true });
    const settings = {
      ...readSettings({ DATA_SOURCES: JSON.stringify(dataSources) }),
      DATABASE_URL: database.url,
      DATA_DIR: join(tmpdir(), `exporter-${randomUUID()}`),
      AUTH_SECRET: 'x'.repeat(32),
    };
    const log: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) };
    const logger = createLogger({ level: 'debug', format: 'json', destination });
    const world = new ExporterWorld(await openParts(settings, logger), database, log);
    await world.parts.pool.query(TELL_OF_REMOVALS);
    await addUsers(world.parts, [ANNA, BEN, CARA]);
    await world.#followed.start();
    return world;
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) await stop();
    await this.#followed.stop();
    await closeParts(this.parts);
    await this.database.drop();
    await rm(this.parts.settings.DATA_DIR, { recursive: true, force: true });
  }

  queue(leaseMs = LEASE_MS): ExportQueue {
    return new ExportQueue(this.parts.pool, leaseMs);
  }

  claims(rules: Partial<QueueRules> = {}, leaseMs = LEASE_MS): Claims {
    const none = { perUser: null, perDataset: null, perDataSource: null, ageingMs: 900_000 };
    return new Claims(this.parts.pool, { ...none, ...rules }, leaseMs);
  }

  /** A worker process; it stops with the world, at the latest. */
  async worker(options: WorkerOptions): Promise<WorkerPool> {
    const { clock, logger, dataSources, fileStore, notifications } = this.parts;
    const queue = options.silent
      ? new CutOffQueue(this.parts.pool, options.leaseMs ?? LEASE_MS)
      : this.queue(options.leaseMs);
    const users = new UserStore(this.parts.pool);
    const rules = { failures: 5, pauseMs: 30_000, longestPauseMs: 600_000, ...options.circuits };
    const circuits = new Circuits({ ...this.parts, rules });
    const runner = new JobRunner({
      history: this.history,
      queue,
      delivered: new DeliveredContent(this.parts.pool, this.history),
      circuits,
      personName: (userId) => Promise.resolve(`Person ${userId}`),
      clock,
      logger,
      process: options.process,
      exportParts: { dataSources, fileStore, limits: { maxRows: 1000, timeoutMs: 10_000 } },
      activeUser: async (userId) => (await users.active([userId]))[0] ?? null,
      retentionDays: 1,
      retryPolicy: options.retryPolicy ?? AT_ONCE,
    });
    const name = randomUUID().slice(0, 8);
    const slots = options.slots ?? 1;
    const workers = new WorkerPool({
      queue,
      claims: this.claims(options.rules, options.leaseMs),
      register: new WorkerRegister(this.parts.pool, name, slots),
      logger,
      slots,
      name,
      stuckMs: options.stuckMs ?? 3_600_000,
      ...(options.abandonAfterMs === undefined ? {} : { abandonAfterMs: options.abandonAfterMs }),
      run: (running) => runner.run(running),
    });
    const unlisten = await notifications.listen(QUEUE_CHANNEL, (payload) => {
      if (payload === CANCELLED) workers.lookForCancellations();
      else workers.wake();
    });
    const unlistenCircuits = await notifications.listen(CIRCUIT_CHANNEL, () => void circuits.refresh());
    await circuits.refresh();
    workers.start();
    this.#stops.push(async () => {
      await workers.stop(0);
      await unlisten();
      await unlistenCircuits();
    });
    return workers;
  }

  async registerDataset(definition: DatasetDefinition = FLIGHTS, datasetId = DATASET_ID): Promise<void> {
    const at = this.now();
    await this.run(dataset, streamOf('dataset', datasetId), {
      type: 'RegisterDataset',
      datasetId,
      definition,
      by: ANNA,
      at,
    });
  }

  async request(more: Partial<JobRequest> = {}): Promise<JobId> {
    const jobId = more.jobId ?? randomUUID();
    await this.tell({ type: 'RequestJob', request: jobRequest({ ...more, jobId }), at: this.now() }, jobId);
    return jobId;
  }

  async tell(command: JobCommand, jobId: JobId): Promise<void> {
    await this.run(job, streamOf('job', jobId), command);
  }

  /** What follows from the commands, stored at once: nobody sees the job in between. */
  async tellAtOnce(jobId: JobId, ...commands: readonly JobCommand[]): Promise<void> {
    const events: JobEvent[] = [];
    for (const command of commands) {
      const decision = job.decide(command, events.reduce(job.evolve, job.initial));
      if (!decision.accepted) throw new Error(JSON.stringify(decision));
      events.push(...decision.events);
    }
    await this.record(streamOf('job', jobId), ...events);
  }

  async run<Command, State, Event extends { readonly type: string }, Refusal extends DomainRefusal>(
    decider: Decider<Command, State, Event, Refusal>,
    streamId: string,
    command: Command,
  ): Promise<void> {
    await carryOut(this.parts.eventStore, decider, streamId, command);
  }

  /** Events as they are, of a stream that is empty. */
  async record(streamId: string, ...events: readonly (TemplateEvent | JobEvent)[]): Promise<void> {
    const commandId = randomUUID();
    const context = { commandId, correlationId: commandId, causationId: null, actor: ANNA, traceparent: null };
    await this.parts.eventStore.append({ streamId, expected: 'no-stream', events: toNewEvents(events, context) });
  }

  now(): string {
    return this.parts.clock.now().toISOString();
  }

  async events(jobId: JobId): Promise<readonly JobEvent[]> {
    const events = await this.parts.eventStore.readStream(streamOf('job', jobId));
    return events.map((event) => toDomainEvent<JobEvent>(event));
  }

  async types(jobId: JobId): Promise<readonly string[]> {
    return (await this.events(jobId)).map(({ type }) => type);
  }

  /** Resolves once the job's stream holds an event of the type. */
  async happened(jobId: JobId, type: JobEvent['type']): Promise<void> {
    await this.until(async () => (await this.types(jobId)).includes(type));
  }

  /** Resolves once the job has ended and is no longer queued. Its worker may yet have to log it; `stop` waits for that. */
  async unqueued(jobId: JobId): Promise<void> {
    await this.until(
      async () => openJob(await this.history.job(jobId)) === null && (await this.row(jobId)) === undefined,
    );
  }

  /** Resolves once the queue's projection has applied all that is in the store. */
  async caughtUp(): Promise<void> {
    const head = await this.parts.eventStore.head();
    if (!(await this.parts.progress.reached(EXPORTER_GROUP, STORE_SOURCE, head, PATIENCE_MS))) {
      throw new Error('the projection does not catch up');
    }
  }

  async row(jobId: JobId): Promise<Record<string, unknown> | undefined> {
    const { rows } = await this.parts.pool.query<Record<string, unknown>>(
      'SELECT * FROM exporter.export_queue WHERE job_id = $1',
      [jobId],
    );
    return rows[0];
  }

  /** Resolves when the condition holds; looks after each append, checkpoint and change of the queue. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    let changed = (): void => undefined;
    const giveUpAt = performance.now() + PATIENCE_MS;
    const unlisten = await Promise.all(
      ['event_store', 'checkpoint', QUEUE_CHANNEL, REMOVED_CHANNEL].map((channel) =>
        this.parts.notifications.listen(channel, () => changed()),
      ),
    );
    const timer = setTimeout(() => changed(), PATIENCE_MS + 1);
    try {
      for (;;) {
        const change = new Promise<void>((resolve) => (changed = resolve));
        if (await condition()) return;
        if (performance.now() > giveUpAt) throw new Error('the condition was not met in time');
        await change;
      }
    } finally {
      clearTimeout(timer);
      await Promise.all(unlisten.map((stop) => stop()));
    }
  }
}

/** People without a password, who own jobs. */
export async function addUsers({ pool, clock }: Parts, userIds: readonly UserId[]): Promise<void> {
  const users = new UserStore(pool);
  const person = { displayName: 'A person', passwordHash: 'none', role: 'user', createdAt: clock.now() } as const;
  await Promise.all(userIds.map((userId) => users.add({ ...person, userId, username: userId })));
}

/** An export that takes until it is told to end, or is aborted. */
export function heldExport(): { readonly process: Process; readonly began: Promise<ExportRequest>; end(): void } {
  let began: (request: ExportRequest) => void;
  let end: () => void;
  const beginning = new Promise<ExportRequest>((resolve) => (began = resolve));
  const ending = new Promise<void>((resolve) => (end = resolve));
  return {
    began: beginning,
    end: () => end(),
    process: async (request, { signal }) => {
      began(request);
      await new Promise<void>((resolve, reject) => {
        void ending.then(resolve);
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
      return jobOutput();
    },
  };
}
