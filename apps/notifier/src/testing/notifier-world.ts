import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecipientStore, UserStore } from '#access';
import { sealedText, type DestinationSecret } from '#delivery-channels';
import {
  burstPlan,
  delivery,
  deliveryPlan,
  destination,
  destinationIdOf,
  job,
  streamOf,
  type BurstDefinition,
  type DeliveryEvent,
  type DeliveryTarget,
  type DestinationDefinition,
  type JobCommand,
  type JobRequest,
  type OutputFile,
} from '#domain';
import {
  ANNA,
  BEN,
  deliveryRequest,
  jobOutput,
  jobRequest,
  listDefinition,
  templateDefinition,
  carryOut,
} from '#domain/testing';
import { FollowedFeed } from '#event-feed';
import { toDomainEvent } from '#event-sourcing';
import { createLogger, readSettings } from '#platform';
import { closeParts, openParts, type Parts } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { DeliveryHistory } from '../deliveries/delivery-history';
import { DeliveryProjection } from '../deliveries/delivery-projection';
import { CANCELLED, DeliveryQueue, QUEUE_CHANNEL } from '../deliveries/delivery-queue';
import { DeliveryRights } from '../deliveries/delivery-rights';
import { DeliveryRunner } from '../deliveries/delivery-runner';
import { DeliveryWorkers } from '../deliveries/delivery-workers';

const LEASE_MS = 30_000;
/** Of each file of a report. */
const CONTENT = 'a;b\r\n1;2\r\n';

/** The real store, feed, queue and files of a notifier; each of its workers stands for a process of its own. */
export class NotifierWorld {
  readonly history: DeliveryHistory;
  readonly queue: DeliveryQueue;
  readonly recipients: RecipientStore;
  readonly users: UserStore;
  readonly #followed: FollowedFeed;
  readonly #stops: (() => Promise<void>)[] = [];

  private constructor(
    readonly parts: Parts,
    private readonly database: TestDatabase,
  ) {
    const { eventStore: store, pool, clock } = parts;
    this.history = new DeliveryHistory(store);
    this.queue = new DeliveryQueue(pool, LEASE_MS);
    this.recipients = new RecipientStore(pool);
    this.users = new UserStore(pool);
    const terms = { maxAttempts: 2, deadlineMs: 3_600_000 };
    const projection = new DeliveryProjection({ pool, store, history: this.history, clock, terms });
    this.#followed = new FollowedFeed(projection, parts);
  }

  static async open(): Promise<NotifierWorld> {
    const database = await createTestDatabase({ migrated: true });
    const settings = {
      ...readSettings({ PUBLIC_URL: 'https://reports.example.org' }),
      ...{ DATABASE_URL: database.url, DATA_DIR: join(tmpdir(), `notifier-${randomUUID()}`) },
      ...{ AUTH_SECRET: 'x'.repeat(32), ENCRYPTION_KEY: [randomBytes(32).toString('base64')] },
    };
    const logger = createLogger({ level: 'silent', format: 'json' });
    const world = new NotifierWorld(await openParts(settings, logger), database);
    const person = { displayName: 'A person', passwordHash: 'none', createdAt: world.parts.clock.now() };
    await world.users.add({ ...person, userId: ANNA, username: 'anna', role: 'user' });
    await world.users.add({ ...person, userId: BEN, username: 'ben', role: 'admin' });
    await world.#followed.start();
    return world;
  }

  async stopWorkers(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.#followed.stop();
    await closeParts(this.parts);
    await this.database.drop();
    await rm(this.parts.settings.DATA_DIR, { recursive: true, force: true });
  }

  /** A process that delivers; it stops with the world, at the latest. */
  async worker(settings: Partial<Parts['settings']> = {}): Promise<DeliveryWorkers> {
    const { clock, logger, fileStore, secrets, notifications } = this.parts;
    const activeUsers = (userIds: readonly string[]) => this.users.active(userIds);
    const runner = new DeliveryRunner({
      rights: new DeliveryRights({ history: this.history, activeUsers }),
      ...{ history: this.history, queue: this.queue, recipients: this.recipients, fileStore, secrets, clock, logger },
      settings: { ...this.parts.settings, DELIVERY_PRIVATE_HOSTS: ['127.0.0.1'], ...settings },
      publicUrl: 'https://reports.example.org',
      retryDelayMs: () => 1,
      answerMs: 500,
    });
    const name = `worker-${randomUUID()}`;
    const run = (delivery: Parameters<DeliveryRunner['run']>[0]) => runner.run(delivery);
    const workers = new DeliveryWorkers({ queue: this.queue, logger, slots: 4, name, run });
    const unlisten = await notifications.listen(QUEUE_CHANNEL, (payload) => {
      if (payload === CANCELLED) void workers.beat();
      else workers.wake();
    });
    workers.start();
    this.#stops.push(async () => {
      await unlisten();
      await workers.stop();
    });
    return workers;
  }

  async destination(name: string, definition: DestinationDefinition, secret: DestinationSecret): Promise<string> {
    const destinationId = destinationIdOf(name, 0);
    const secretId = randomUUID();
    await this.parts.secrets.put({ secretId, ownerId: destinationId, secret: sealedText(secret), inUse: null });
    const at = new Date().toISOString();
    const registered = { destinationId, name, definition, secretId, by: ANNA, at };
    const stream = streamOf('destination', destinationId);
    await carryOut(this.parts.eventStore, destination, stream, { type: 'RegisterDestination', ...registered });
    return destinationId;
  }

  async revise(destinationId: string, definition: DestinationDefinition): Promise<void> {
    const revision = {
      destinationId,
      definition,
      secret: { type: 'keep' },
      by: BEN,
      at: new Date().toISOString(),
    } as const;
    await carryOut(this.parts.eventStore, destination, streamOf('destination', destinationId), {
      type: 'ReviseDestination',
      ...revision,
    });
  }

  /** Gives the ids of the entries. */
  async plan(scheduleId: string, targets: readonly DeliveryTarget[], by = ANNA): Promise<readonly string[]> {
    const entries = targets.map((target) => ({ entryId: randomUUID(), target }));
    const plan = { scheduleId, entries, by, at: new Date().toISOString() };
    await carryOut(this.parts.eventStore, deliveryPlan, streamOf('deliveryplan', scheduleId), {
      type: 'PlanDeliveries',
      ...plan,
    });
    return entries.map(({ entryId }) => entryId);
  }

  async planBurst(scheduleId: string, definition: BurstDefinition): Promise<void> {
    const report = templateDefinition({
      parameters: [{ name: 'late', label: 'Late', dataType: 'integer', defaultValue: '15' }],
    });
    const checked = { list: listDefinition(), report, mostRows: 100, by: ANNA, at: new Date().toISOString() };
    const plan = { type: 'PlanBurst', scheduleId, definition, ...checked } as const;
    await carryOut(this.parts.eventStore, burstPlan, streamOf('burstplan', scheduleId), plan);
  }

  /** An occurrence of the schedule, or another job, that has completed with a file of a row for each name. */
  async completedJob(
    scheduleId: string,
    names: readonly string[] = ['late.csv'],
    at = new Date().toISOString(),
    more: Partial<JobRequest> = {},
  ): Promise<string> {
    const jobId = randomUUID();
    const files: OutputFile[] = [];
    for (const name of names) {
      const key = `jobs/${jobId}/1/${name}`;
      const upload = await this.parts.fileStore.create(key);
      upload.stream.write(CONTENT);
      await upload.commit();
      const sha256 = createHash('sha256').update(CONTENT).digest('hex');
      const kind = { format: 'csv', mediaType: 'text/csv', rows: 1, sheets: [] } as const;
      files.push({ name, key, ...kind, bytes: Buffer.byteLength(CONTENT), sha256 });
    }
    const output = jobOutput({ files, rows: files.length });
    const outputExpiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const request = jobRequest({ jobId, origin: 'schedule', scheduleId, ...more });
    const commands: JobCommand[] = [
      { type: 'RequestJob', request, at },
      { type: 'StartJob', jobId, attempt: 1, worker: 'w', at },
      { type: 'CompleteJob', jobId, attempt: 1, output, outputExpiresAt, at },
    ];
    for (const command of commands) await carryOut(this.parts.eventStore, job, streamOf('job', jobId), command);
    return jobId;
  }

  /** A delivery by hand of a completed job. */
  async request(target: DeliveryTarget, maxAttempts = 2, names?: readonly string[]): Promise<string> {
    const deliveryId = randomUUID();
    const jobId = await this.completedJob(randomUUID(), names);
    const at = new Date().toISOString();
    const deadline = new Date(Date.now() + 3_600_000).toISOString();
    const request = deliveryRequest({ deliveryId, jobId, target, maxAttempts, deadline });
    await carryOut(this.parts.eventStore, delivery, streamOf('delivery', deliveryId), {
      type: 'RequestDelivery',
      request,
      by: ANNA,
      at,
    });
    return deliveryId;
  }

  async retry(deliveryId: string, by = ANNA): Promise<void> {
    const at = new Date().toISOString();
    const deadline = new Date(Date.now() + 3_600_000).toISOString();
    const command = { type: 'RetryDelivery', deliveryId, maxAttempts: 2, deadline, by, at } as const;
    await carryOut(this.parts.eventStore, delivery, streamOf('delivery', deliveryId), command);
  }

  async cancel(deliveryId: string): Promise<void> {
    const at = new Date().toISOString();
    const command = { type: 'CancelDelivery', deliveryId, by: ANNA, reason: null, at } as const;
    await carryOut(this.parts.eventStore, delivery, streamOf('delivery', deliveryId), command);
  }

  async events(deliveryId: string): Promise<readonly DeliveryEvent[]> {
    const events = await this.parts.eventStore.readStream(streamOf('delivery', deliveryId));
    return events.map((event) => toDomainEvent<DeliveryEvent>(event));
  }

  /** The events of a delivery once one of the type is among them. */
  async until(deliveryId: string, type: DeliveryEvent['type']): Promise<readonly DeliveryEvent[]> {
    const read = async () => {
      const events = await this.events(deliveryId);
      return events.some((event) => event.type === type) ? events : null;
    };
    let look = (): void => undefined;
    const found = new Promise<readonly DeliveryEvent[]>((resolve, reject) => {
      look = () => void read().then((events) => events && resolve(events), reject);
    });
    const unlisten = await this.parts.eventStore.onAppended(look);
    look();
    return found.finally(() => void unlisten());
  }
}
