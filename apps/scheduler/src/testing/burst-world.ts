import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { RecipientStore, UserStore } from '#access';
import type { Pool } from '#database';
import {
  burstPlan,
  job,
  selfServiceInput,
  streamOf,
  type BurstDefinition,
  type JobCommand,
  type JobOutput,
  type JobRequest,
  type TemplateDefinition,
} from '#domain';
import {
  ANNA,
  burstDefinition,
  FLIGHTS_STATE,
  jobOutput,
  jobRequest,
  listDefinition,
  templateDefinition,
  carryOut,
} from '#domain/testing';
import { FollowedFeed } from '#event-feed';
import { START, STORE_SOURCE } from '#event-sourcing';
import { BURST_TYPES, BURSTS_GROUP, BurstProjection } from '../bursts/burst-projection';
import { expandLists, type BurstParts } from '../bursts/burst-round';
import { burstParts } from '../bursts/burst.service';
import { SchedulerWorld } from './scheduler-world';

const PATIENCE_MS = 20_000;
const REPORT = templateDefinition({
  parameters: [{ name: 'late', label: 'Minutes late', dataType: 'integer', defaultValue: '15' }],
});

/** Bursts of Anna's schedules, whose lists are files that tests write, in the world of a scheduler. */
export class BurstWorld {
  readonly #followed: FollowedFeed;

  private constructor(readonly world: SchedulerWorld) {
    const { pool, eventStore } = world.parts;
    this.#followed = new FollowedFeed(new BurstProjection(pool, eventStore), world.parts);
  }

  static async open(): Promise<BurstWorld> {
    const world = await SchedulerWorld.open('2026-11-23T12:00:00.000Z');
    const person = { username: 'anna', displayName: 'Anna', passwordHash: 'none', role: 'user' } as const;
    await new UserStore(world.parts.pool).add({ ...person, userId: ANNA, createdAt: new Date() });
    const bursts = new BurstWorld(world);
    await bursts.#followed.start();
    return bursts;
  }

  async close(): Promise<void> {
    await this.#followed.stop();
    await this.world.close();
    await rm(this.world.parts.settings.DATA_DIR, { recursive: true, force: true });
  }

  /** A template with the parameter `late`. */
  async template(owner = ANNA): Promise<string> {
    const templateId = randomUUID();
    await this.world.changeTemplate({
      ...{ type: 'CreateTemplate', templateId, owner, definition: REPORT, copiedFrom: null, dataset: FLIGHTS_STATE },
      ...{ details: { name: 'Late flights', description: null, tags: [] }, at: this.world.at() },
    });
    return templateId;
  }

  /** Plans the burst of a schedule, and gives the schedule. */
  async plan(more: Partial<BurstDefinition>, scheduleId: string = randomUUID()): Promise<string> {
    const definition = burstDefinition(more);
    const checked = { list: listDefinition(), report: REPORT, mostRows: 1000, by: ANNA, at: this.world.at() };
    const stream = streamOf('burstplan', scheduleId);
    await carryOut(this.world.parts.eventStore, burstPlan, stream, {
      type: 'PlanBurst',
      scheduleId,
      definition,
      ...checked,
    });
    return scheduleId;
  }

  async withdraw(scheduleId: string): Promise<void> {
    const command = { type: 'WithdrawBurst', scheduleId, by: ANNA, at: this.world.at() } as const;
    await carryOut(this.world.parts.eventStore, burstPlan, streamOf('burstplan', scheduleId), command);
  }

  /** An occurrence of the schedule that has completed with these lines; gives its job. */
  async list(
    scheduleId: string,
    lines: readonly string[],
    more: {
      readonly request?: Partial<JobRequest>;
      readonly output?: Partial<JobOutput>;
      readonly columns?: TemplateDefinition['columns'];
    } = {},
  ): Promise<string> {
    const jobId = randomUUID();
    const content = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const key = `jobs/${jobId}/1/list.jsonl`;
    const upload = await this.world.parts.fileStore.create(key);
    upload.stream.write(content);
    await upload.commit();
    const sha256 = createHash('sha256').update(content).digest('hex');
    const described = { name: 'list.jsonl', key, format: 'jsonl', mediaType: 'application/jsonl', sheets: [] } as const;
    const file = { ...described, rows: lines.length, bytes: content.length, sha256 };
    const output = jobOutput({ files: [file], rows: lines.length, ...more.output });
    const at = this.world.at();
    await this.request({ jobId, scheduleId, ...more.request }, more.columns);
    await this.changeJob({ type: 'StartJob', jobId, attempt: 1, worker: 'w', at });
    await this.changeJob({ type: 'CompleteJob', jobId, attempt: 1, output, outputExpiresAt: at, at });
    return jobId;
  }

  async request(more: Partial<JobRequest>, columns = listDefinition().columns): Promise<void> {
    const templateId = this.world.templateId;
    const definition = { ...listDefinition(), columns };
    const input = selfServiceInput({ templateId, templateName: 'Recipients', definition }, this.world.at(), 'UTC');
    const list = { batchTypeId: 4, origin: 'schedule', templateId, templateRevision: 0, scheduleRevision: 0 } as const;
    const request = jobRequest({ ...list, timeZone: 'Europe/Berlin', priority: 'high', input, ...more });
    await this.changeJob({ type: 'RequestJob', request, at: this.world.at() });
  }

  async changeJob(command: JobCommand): Promise<void> {
    const jobId = 'jobId' in command ? command.jobId : command.request.jobId;
    await carryOut(this.world.parts.eventStore, job, streamOf('job', jobId), command);
  }

  /** What the projection has heard so far is expanded, as an instance of its own on the pool would. */
  async expand(more: Partial<BurstParts> & { readonly pool?: Pool } = {}): Promise<number | null> {
    const { eventStore, progress } = this.world.parts;
    const { events } = await eventStore.readAll({ after: START, limit: 100_000, types: BURST_TYPES });
    const last = events.at(-1)?.position ?? START;
    if (!(await progress.reached(BURSTS_GROUP, STORE_SOURCE, last, PATIENCE_MS))) {
      throw new Error('the projection does not catch up');
    }
    return expandLists({ ...burstParts(this.world.parts), ...more }, () => true);
  }

  /** Expands what was put off too: time passes. */
  async lookAgain(): Promise<void> {
    await this.world.parts.pool.query('UPDATE scheduler.burst_list SET ready_at = now()');
    await this.expand();
  }

  async archive(templateId: string): Promise<void> {
    await this.world.changeTemplate({ type: 'ArchiveTemplate', templateId, by: ANNA, at: this.world.at() });
  }

  /** Takes the template its parameter. */
  async reviseTemplate(templateId: string): Promise<void> {
    await this.world.changeTemplate({
      ...{ type: 'ReviseTemplate', templateId, definition: templateDefinition(), restoredRevision: null },
      ...{ details: { name: 'Flights', description: null, tags: [] }, dataset: FLIGHTS_STATE },
      ...{ by: ANNA, at: this.world.at() },
    });
  }

  addressesOf(recipientIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new RecipientStore(this.world.parts.pool).addressesOf(recipientIds);
  }

  /** What became of a list. */
  async outcomes(listJobId: string): Promise<readonly { readonly type: string }[]> {
    return this.world.events(streamOf('burst', listJobId));
  }

  /** What was requested for the rows of a list, in their order. */
  async rows(listJobId: string): Promise<readonly JobRequest[]> {
    const requests = (await this.world.requests()).filter(({ burst }) => burst?.listJobId === listJobId);
    return requests.toSorted((left, right) => (left.burst?.row ?? 0) - (right.burst?.row ?? 0));
  }
}

/** The same object with other methods. */
export function replacing<Whole extends object>(whole: Whole, methods: Partial<Whole>): Whole {
  return new Proxy(whole, {
    get(target, property): unknown {
      if (Object.hasOwn(methods, property)) return Reflect.get(methods, property);
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
