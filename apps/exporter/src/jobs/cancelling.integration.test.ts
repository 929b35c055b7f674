import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { JobId } from '#domain';
import { ANNA, FLIGHTS, jobRequest, retryPolicy } from '#domain/testing';
import { ExportFailure, processExportRequest } from '#export-engine';
import type { FileStore } from '#file-store';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { ExporterWorld, type Process } from '../testing/exporter-world';

const COLUMNS = FLIGHTS.columns.filter(({ name }) => name === 'origin' || name === 'delay');
const REPORT = { ...FLIGHTS, columns: COLUMNS };
/** Relations by what keeps a report of them busy: before the first row, after it, and not at all. */
const SOURCE = `
  CREATE VIEW public.computes AS SELECT 'MUC' AS origin, 1 AS delay FROM (SELECT pg_sleep(600)) AS long;
  CREATE VIEW public.streams AS SELECT 'MUC' AS origin, n AS delay FROM (SELECT generate_series(1, 2000000000) AS n) AS endless;
  CREATE VIEW public.few AS SELECT 'MUC' AS origin, n AS delay FROM generate_series(1, 10) AS n`;

/** The disk, with a store that does not finish a file before it is told to. */
function heldStore(disk: FileStore) {
  let storing: () => void;
  let goOn: () => void;
  const began = new Promise<void>((resolve) => (storing = resolve));
  const released = new Promise<void>((resolve) => (goOn = resolve));
  const create = async (key: string) => {
    const upload = await disk.create(key);
    const commit = async () => {
      storing();
      await released;
      await upload.commit();
    };
    return { stream: upload.stream, commit, abort: () => upload.abort() };
  };
  const store: FileStore = {
    create,
    read: (key, range) => disk.read(key, range),
    stat: (key) => disk.stat(key),
    removeFolder: (prefix) => disk.removeFolder(prefix),
    listFolders: (prefix) => disk.listFolders(prefix),
    removeAbandonedUploads: (untouchedForMs) => disk.removeAbandonedUploads(untouchedForMs),
  };
  return { store, began, release: () => goOn() };
}

describe('a cancelled job', () => {
  let world: ExporterWorld;
  let source: TestDatabase;
  let admin: Client;

  beforeAll(async () => {
    source = await createTestDatabase();
    admin = new Client({ connectionString: source.url });
    await admin.connect();
    await admin.query(SOURCE);
    world = await ExporterWorld.open({ sample: source.url });
  });
  afterAll(async () => {
    await world.close();
    await admin.end();
    await source.drop();
  });

  /** Requests a report of a relation; the dataset is the job's own. */
  async function requested(relation: string): Promise<JobId> {
    const datasetId = randomUUID();
    await world.registerDataset({ ...REPORT, relation: { schema: 'public', name: relation } }, datasetId);
    const { output, nominalTime, timeZone } = jobRequest().input.additionalConfig;
    const additionalConfig = { datasetId, output, nominalTime, timeZone };
    return world.request({ input: { dynamicMapping: false, additionalConfig } });
  }

  async function cancel(jobId: JobId): Promise<void> {
    await world.tell({ type: 'CancelJob', jobId, by: ANNA, reason: null, at: world.now() }, jobId);
    await world.unqueued(jobId);
  }

  async function runningQueries(): Promise<number> {
    const { rows } = await admin.query<{ count: number }>(
      `SELECT count(*)::integer FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE '%COPY%'`,
    );
    return rows[0]?.count ?? 0;
  }

  it('that waits for another attempt has none', async () => {
    const worker = await world.worker({
      process: () => Promise.reject(new ExportFailure('data_source.unreachable', 'It does not answer.')),
      retryPolicy: retryPolicy(),
    });
    const jobId = await requested('few');
    await world.happened(jobId, 'JobAttemptFailed');
    await cancel(jobId);
    await worker.stop();
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted', 'JobAttemptFailed', 'JobCancelled']);
  });

  it.each([
    ['while its database computes', 'computes'],
    ['while its file is written', 'streams'],
  ])('ends in the worker and in the database %s', async (_stage, relation) => {
    let wrote: () => void;
    const written = new Promise<void>((resolve) => (wrote = resolve));
    const process: Process = (request, parts) =>
      processExportRequest(request, {
        ...parts,
        limits: { maxRows: 2_000_000_000, timeoutMs: 600_000 },
        onProgress: () => wrote(),
      });
    const worker = await world.worker({ process });
    const jobId = await requested(relation);
    if (relation === 'streams') await written;
    else while ((await runningQueries()) === 0);
    await cancel(jobId);
    await worker.stop();
    while ((await runningQueries()) > 0);
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted', 'JobCancelled']);
    expect(await world.parts.fileStore.listFolders(`jobs/${jobId}`)).toEqual([]);
  });

  it('leaves no file when it was cancelled while the file was stored', async () => {
    const held = heldStore(world.parts.fileStore);
    const worker = await world.worker({
      process: (request, parts) => {
        parts.signal.addEventListener('abort', held.release);
        return processExportRequest(request, { ...parts, fileStore: held.store });
      },
    });
    const jobId = await requested('few');
    await held.began;
    await cancel(jobId);
    await worker.stop();
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted', 'JobCancelled']);
    expect(await world.parts.fileStore.listFolders(`jobs/${jobId}`)).toEqual([]);
  });
});
