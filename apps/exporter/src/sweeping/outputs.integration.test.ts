import { Client } from 'pg';
import { PLAIN_REPORT, selfServiceInput, toInstant } from '#domain';
import {
  ANNA,
  datasetColumn,
  FLIGHTS,
  jobOutput,
  NOON,
  reportColumn,
  TEMPLATE_ID,
  templateDefinition,
} from '#domain/testing';
import { ExportFailure, processExportRequest } from '#export-engine';
import type { FileStore } from '#file-store';
import { createTestDatabase } from '../../../../test/postgres/database';
import { ExporterWorld, heldExport, type Process } from '../testing/exporter-world';
import { expireWaitingJobs } from './deadlines';
import { expireOutputs, removeAbandonedAttempts, removeAbandonedUploads, type OutputParts } from './outputs';

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

  it('gives up what a worker began to store and nobody has gone on with, and nothing younger', async () => {
    const { fileStore } = world.parts;
    const kept = await fileStore.create('jobs/a/1/report.csv');
    await removeAbandonedUploads(world.parts, 3_600_000);
    await kept.commit();
    const abandoned = await fileStore.create('jobs/b/1/report.csv');
    await removeAbandonedUploads(world.parts, 0);
    await expect(abandoned.commit()).rejects.toMatchObject({ name: 'FileStoreError' });
    expect(await fileStore.stat('jobs/a/1/report.csv')).not.toBeNull();
  });

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
      attempt === 1 ? Promise.reject(new ExportFailure('data_source.unreachable', 'X.')) : Promise.resolve(jobOutput()),
    );
    const first = await world.worker({ process: failOnce });
    const completed = await world.request();
    await world.unqueued(completed);
    await first.stop();

    const second = await world.worker({
      process: writing(() => Promise.reject(new ExportFailure('export.failed', 'X.'))),
    });
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

it('offers nothing of a report of several files whose worker was killed half-way, and removes it', async () => {
  const reporting = await createTestDatabase();
  const admin = new Client({ connectionString: reporting.url });
  await admin.connect();
  await admin.query('CREATE TABLE public.flights AS SELECT id::int FROM generate_series(1, 10) AS id');
  const world = await ExporterWorld.open({ sample: reporting.url });
  try {
    await world.registerDataset({ ...FLIGHTS, columns: [datasetColumn('id', 'integer')] });
    const definition = templateDefinition({
      ...{ columns: [reportColumn('id', 'integer')], sort: [{ header: 'id', direction: 'ascending' }] },
      limits: { ...PLAIN_REPORT.limits, rowsPerFile: 2, whenReached: 'split_files' },
    });
    const input = selfServiceInput({ templateId: TEMPLATE_ID, templateName: 'Flights', definition }, NOON, 'UTC');

    let fallSilent: (() => void) | undefined;
    const silence = new Promise<void>((resolve) => (fallSilent = resolve));
    let awake: (() => void) | undefined;
    const sleep = new Promise<void>((resolve) => (awake = resolve));
    const dying = await world.worker({
      leaseMs: 3_600_000,
      silent: true,
      process: (request, parts) => {
        let files = 0;
        const { fileStore } = parts;
        const store: FileStore = {
          create: async (key) => {
            if (++files < 4) return fileStore.create(key);
            fallSilent?.();
            await sleep;
            throw new Error('killed');
          },
          read: (key, range) => fileStore.read(key, range),
          stat: (key) => fileStore.stat(key),
          // What was killed removes nothing.
          removeFolder: () => Promise.resolve(),
          listFolders: (prefix) => fileStore.listFolders(prefix),
          removeAbandonedUploads: (untouchedForMs) => fileStore.removeAbandonedUploads(untouchedForMs),
        };
        return processExportRequest(request, { ...parts, fileStore: store });
      },
    });
    const jobId = await world.request({ batchTypeId: 4, origin: 'run_now', input });
    await silence;
    expect(await world.parts.fileStore.stat(`jobs/${jobId}/1/3.csv`)).not.toBeNull();

    await world.parts.pool.query(`UPDATE exporter.export_queue SET lease_expires_at = now() - interval '1 second'`);
    await world.worker({ process: processExportRequest });
    await world.happened(jobId, 'JobCompleted');
    const completed = (await world.events(jobId)).find((event) => event.type === 'JobCompleted');
    expect(completed?.output.files.map(({ name, key }) => [name, key])).toEqual(
      [1, 2, 3, 4, 5].map((part) => [`Flights_2026-11-23T1200_${part}-of-5.csv`, `jobs/${jobId}/2/${part}.csv`]),
    );

    await removeAbandonedAttempts({ ...world.parts, history: world.history }, new AbortController().signal);
    expect(await world.parts.fileStore.listFolders(`jobs/${jobId}`)).toEqual(['2']);
    awake?.();
    await dying.stop();
  } finally {
    await world.close();
    await admin.end();
    await reporting.drop();
  }
});
