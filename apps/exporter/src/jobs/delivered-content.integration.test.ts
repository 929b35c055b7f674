import { randomUUID } from 'node:crypto';
import { streamOf, template, type JobRequest } from '#domain';
import {
  ANNA,
  BEN,
  FLIGHTS_STATE,
  NOON,
  SCHEDULE_ID,
  TEMPLATE_ID,
  jobOutput,
  jobRequest,
  templateDefinition,
} from '#domain/testing';
import { ExporterWorld, type Process } from '../testing/exporter-world';
import { DeliveredContent } from './delivered-content';

const BY_HAND = { templateId: TEMPLATE_ID, owner: ANNA };
const later = (minutes: number) => new Date(Date.parse(NOON) + minutes * 60_000).toISOString();

describe('what a report delivered last', () => {
  let world: ExporterWorld;
  let delivered: DeliveredContent;

  beforeEach(async () => {
    world = await ExporterWorld.open();
    await world.registerDataset();
    await world.run(template, streamOf('template', TEMPLATE_ID), {
      ...{ type: 'CreateTemplate', templateId: TEMPLATE_ID, owner: ANNA, copiedFrom: null, at: world.now() },
      details: { name: 'Changes', description: null, tags: [] },
      definition: templateDefinition({ deliver: 'if_changed' }),
      dataset: FLIGHTS_STATE,
    });
    await world.run(template, streamOf('template', TEMPLATE_ID), {
      ...{ type: 'ShareTemplate', templateId: TEMPLATE_ID, with: BEN, level: 'run', by: ANNA, at: world.now() },
    });
    delivered = new DeliveredContent(world.parts.pool, world.history);
  });

  afterEach(() => world.close());

  /** An export whose rows have this digest, withheld where they are those of the last time. */
  const exporting =
    (contentSha256: string): Process =>
    async (_request, { lastContent }) => {
      const withheld = (await lastContent?.()) === contentSha256 ? 'unchanged' : null;
      return jobOutput({ contentSha256, withheld });
    };

  /** Runs a job to its end and tells whether it was withheld. */
  async function run(content: string, more: Partial<JobRequest>): Promise<string | null> {
    const worker = await world.worker({ process: exporting(content) });
    const jobId = await world.request(more);
    await world.unqueued(jobId);
    await worker.stop();
    const state = await world.history.job(jobId);
    if (state.status === 'absent' || state.status === 'skipped') throw new Error('the job did not run');
    expect(state.status).toBe('completed');
    return state.output?.withheld ?? null;
  }

  const noted = async () => (await world.parts.pool.query('SELECT 1 FROM exporter.delivered_content')).rowCount;
  const last = (more: Partial<JobRequest>) => delivered.last(jobRequest({ jobId: randomUUID(), ...more }));

  it('is compared with the next run of the same person and template', async () => {
    expect(await run('A', BY_HAND)).toBeNull();
    expect(await run('A', { ...BY_HAND, nominalTime: later(1) })).toBe('unchanged');
    expect(await run('A', { ...BY_HAND, owner: BEN, nominalTime: later(1) })).toBeNull();
    expect(await run('B', { ...BY_HAND, nominalTime: later(2) })).toBeNull();
    expect(await run('A', { ...BY_HAND, nominalTime: later(3) })).toBeNull();
    expect(await last(BY_HAND)).toBe('A');
  });

  it('is compared within a schedule, apart from runs by hand', async () => {
    expect(await run('A', BY_HAND)).toBeNull();
    const scheduled = { ...BY_HAND, scheduleId: SCHEDULE_ID };
    expect(await run('A', { ...scheduled, nominalTime: later(1) })).toBeNull();
    expect(await run('A', { ...scheduled, nominalTime: later(2) })).toBe('unchanged');
    expect(await last({ ...scheduled, scheduleId: randomUUID() })).toBeNull();
  });

  it('is compared within a backfill, apart from the schedule’s own runs', async () => {
    const scheduled = { ...BY_HAND, scheduleId: SCHEDULE_ID };
    const backfilled = { ...scheduled, origin: 'backfill', backfillId: randomUUID() } as const;
    expect(await run('A', { ...scheduled, nominalTime: later(3) })).toBeNull();
    expect(await run('A', { ...backfilled, nominalTime: later(1) })).toBeNull();
    expect(await run('A', { ...backfilled, nominalTime: later(2) })).toBe('unchanged');
    expect(await last({ ...backfilled, backfillId: randomUUID() })).toBeNull();
    expect(await run('B', { ...backfilled, nominalTime: later(4) })).toBeNull();
    expect(await last(scheduled)).toBe('A');
  });

  it('is compared for the same values and recipient of a burst, whatever the row', async () => {
    const burst = {
      scheduleId: SCHEDULE_ID,
      planRevision: 0,
      listJobId: randomUUID(),
      row: 1,
      recipientId: randomUUID(),
    };
    const mailed = { ...BY_HAND, origin: 'burst', burst } as const;
    expect(await run('A', BY_HAND)).toBeNull();
    expect(await run('A', { ...mailed, nominalTime: later(1) })).toBeNull();
    expect(await run('A', { ...mailed, burst: { ...burst, row: 2 }, nominalTime: later(2) })).toBe('unchanged');
    expect(await last({ ...mailed, burst: { ...burst, recipientId: randomUUID() } })).toBeNull();
    expect(await last({ ...mailed, burst: { ...burst, scheduleId: randomUUID() } })).toBeNull();
  });

  it('is what the latest nominal time delivered, also when an older job ends after it', async () => {
    await run('B', { ...BY_HAND, nominalTime: later(2) });
    await run('A', { ...BY_HAND, nominalTime: later(1) });
    expect(await last(BY_HAND)).toBe('B');
  });

  it('is no job that came to nothing, though it was noted, nor one that has not ended', async () => {
    await run('A', BY_HAND);
    const failing = await world.worker({ process: () => Promise.reject(new Error('broken')) });
    const failed = { ...BY_HAND, jobId: randomUUID(), nominalTime: later(1) };
    await world.request(failed);
    await world.unqueued(failed.jobId);
    await failing.stop();
    const waiting = { ...BY_HAND, jobId: randomUUID(), nominalTime: later(2) };
    await world.request(waiting);
    for (const job of [failed, waiting, failed]) await delivered.note(jobRequest(job));
    expect(await noted()).toBe(3);
    expect(await last(BY_HAND)).toBe('A');
    // What is of no use any more is forgotten; the job that waits may still deliver.
    expect(await noted()).toBe(2);
  });

  it('keeps one note a report', async () => {
    for (const [index, content] of ['A', 'B', 'C'].entries()) {
      expect(await run(content, { ...BY_HAND, nominalTime: later(index) })).toBeNull();
    }
    expect(await last(BY_HAND)).toBe('C');
    expect(await noted()).toBe(1);
  });

  it('leaves a withheld job without files to remove, and says so in the log', async () => {
    await run('A', BY_HAND);
    await run('A', { ...BY_HAND, nominalTime: later(1) });
    await world.caughtUp();
    const { rowCount } = await world.parts.pool.query('SELECT 1 FROM exporter.stored_output');
    expect(rowCount).toBe(1);
    expect(world.log.filter(({ msg }) => msg === 'job completed').at(-1)).toMatchObject({ withheld: 'unchanged' });
  });
});
