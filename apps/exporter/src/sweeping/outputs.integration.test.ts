import { ANNA, jobOutput } from '#domain/testing';
import { toInstant } from '#domain';
import { ExportFailure } from '#export-engine';
import type { FileStore } from '#file-store';
import { ExporterWorld, heldExport, type Process } from '../testing/exporter-world';
import { expireWaitingJobs } from './deadlines';
import { expireOutputs, removeAbandonedAttempts, type OutputParts } from './outputs';

const LATER = { now: () => new Date(Date.now() + 2 * 86_400_000) };

describe('what the exporter clears away', () => {
  let world: ExporterWorld;

  beforeEach(async () => {
    world = await ExporterWorld.open();
    await world.registerDataset();
  });

  afterEach(() => world.close());

  /** An export that leaves one file, then ends as told. */
  function writing(then: Process = () => Promise.resolve(jobOutput())): Process {
    return async (request, parts) => {
      await write(parts.fileStore, `jobs/${request.jobId}/${request.attempt}/report.csv`);
      return then(request, parts);
    };
  }

  async function write(fileStore: FileStore, key: string): Promise<void> {
    const upload = await fileStore.create(key);
    upload.stream.write('a,b\r\n');
    await upload.commit();
  }

  function outputParts(clock: OutputParts['clock'] = world.parts.clock): OutputParts {
    return { ...world.parts, history: world.history, clock };
  }

  async function noted(): Promise<number> {
    const { rowCount } = await world.parts.pool.query('SELECT 1 FROM exporter.stored_output');
    return rowCount ?? 0;
  }

  const attempts = (jobId: string) => world.parts.fileStore.listFolders(`jobs/${jobId}`);
  const sweep = () => removeAbandonedAttempts(outputParts(), new AbortController().signal);

  it('keeps files for as long as they are kept, then removes them after the event', async () => {
    await world.worker({ process: writing() });
    const jobId = await world.request();
    await world.unqueued(jobId);
    await world.caughtUp();
    expect(await noted()).toBe(1);
    await expireOutputs(outputParts());
    expect(await attempts(jobId)).toEqual(['1']);

    await expireOutputs(outputParts(LATER));
    expect((await world.types(jobId)).at(-1)).toBe('OutputExpired');
    expect(await attempts(jobId)).toEqual([]);
    expect(await noted()).toBe(0);
  });

  it('finishes a removal that a crash cut short', async () => {
    await world.worker({ process: writing() });
    const jobId = await world.request();
    await world.unqueued(jobId);
    await world.tell({ type: 'ExpireOutput', jobId, at: toInstant(LATER.now()) }, jobId);
    await world.caughtUp();
    expect(await noted()).toBe(0);
    expect(await attempts(jobId)).toEqual(['1']);
    await sweep();
    expect(await attempts(jobId)).toEqual([]);
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted', 'JobCompleted', 'OutputExpired']);
  });

  it('removes the folders of superseded attempts and of failed jobs, and no others', async () => {
    const failOnce = writing(({ attempt }) =>
      attempt === 1 ? Promise.reject(new ExportFailure('x', 'X.', true)) : Promise.resolve(jobOutput()),
    );
    const first = await world.worker({ process: failOnce });
    const completed = await world.request();
    await world.unqueued(completed);
    await first.stop();

    const second = await world.worker({ process: writing(() => Promise.reject(new ExportFailure('x', 'X.', false))) });
    const failed = await world.request();
    await world.unqueued(failed);
    await second.stop();

    const held = heldExport();
    await world.worker({ process: writing(held.process) });
    const running = await world.request({ owner: ANNA });
    await held.began;
    await write(world.parts.fileStore, 'jobs/stranger/1/report.csv');

    await sweep();
    expect(await attempts(completed)).toEqual(['2']);
    expect(await attempts(running)).toEqual(['1']);
    expect(await world.parts.fileStore.listFolders('jobs')).toEqual([completed, running, 'stranger'].sort());
    held.end();
    await world.unqueued(running);
    await sweep();
    expect(await attempts(running)).toEqual(['1']);
  });

  it('ends a job that has waited beyond its deadline', async () => {
    const soon = toInstant(LATER.now().getTime() - 1);
    const jobId = await world.request({ startBefore: soon });
    await world.until(async () => (await world.row(jobId)) !== undefined);
    const parts = { queue: world.queue(), history: world.history, logger: world.parts.logger };
    await expireWaitingJobs({ ...parts, clock: world.parts.clock });
    expect(await world.types(jobId)).toEqual(['JobRequested']);
    await expireWaitingJobs({ ...parts, clock: LATER });
    expect((await world.events(jobId)).at(-1)).toMatchObject({ type: 'JobExpired', reason: 'deadline' });
    await world.unqueued(jobId);
  });
});
