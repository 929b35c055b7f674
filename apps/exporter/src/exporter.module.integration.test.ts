import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { dataset, job, streamOf, type JobCommand, type JobEvent, type JobId } from '#domain';
import { ANNA, DATASET_ID, datasetColumn, jobRequest } from '#domain/testing';
import { execute, toDomainEvent, type Decider, type DomainRefusal } from '#event-sourcing';
import { createLogger, readSettings } from '#platform';
import { closeParts, openParts, rootModule, type Parts } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { ExporterModule } from './exporter.module';
import { addUsers } from './testing/exporter-world';

describe('the exporter with its real parts', () => {
  let database: TestDatabase;
  let parts: Parts;
  let app: INestApplicationContext;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: true });
    const settings = {
      ...readSettings({ DATA_SOURCES: JSON.stringify({ sample: database.url }) }),
      DATABASE_URL: database.url,
      DATA_DIR: join(tmpdir(), `exporter-${randomUUID()}`),
      AUTH_SECRET: 'x'.repeat(32),
    };
    parts = await openParts(settings, createLogger({ level: 'silent' }));
    await parts.pool.query(
      `CREATE TABLE public.flights AS SELECT n AS delay, 'gate ' || n AS gate FROM generate_series(1, 1000) AS n`,
    );
    await addUsers(parts, [ANNA]);
    await run(dataset, streamOf('dataset', DATASET_ID), {
      type: 'RegisterDataset',
      datasetId: DATASET_ID,
      definition: {
        name: 'Flights',
        description: null,
        dataSource: 'sample',
        relation: { schema: 'public', name: 'flights' },
        query: null,
        columns: [datasetColumn('delay', 'integer'), datasetColumn('gate', 'string')],
        rowLimit: null,
      },
      by: ANNA,
      at: new Date().toISOString(),
    });
    app = await NestFactory.createApplicationContext(rootModule(ExporterModule, parts), {
      logger: false,
      abortOnError: false,
    });
  });

  afterAll(async () => {
    await app.close();
    await closeParts(parts);
    await database.drop();
    await rm(parts.settings.DATA_DIR, { recursive: true, force: true });
  });

  async function run<Command, State, Event extends { readonly type: string }, Refusal extends DomainRefusal>(
    decider: Decider<Command, State, Event, Refusal>,
    streamId: string,
    command: Command,
  ): Promise<void> {
    const commandId = randomUUID();
    const context = { commandId, correlationId: commandId, causationId: null, actor: ANNA, traceparent: null };
    const outcome = await execute(parts.eventStore, decider, { streamId, command, context });
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  }

  /** Requests a standard export and waits for its end. */
  async function exported(): Promise<JobEvent> {
    const jobId: JobId = randomUUID();
    const request: JobCommand = {
      type: 'RequestJob',
      request: jobRequest({ jobId, owner: ANNA }),
      at: new Date().toISOString(),
    };
    let look = (): void => undefined;
    const unsubscribe = await parts.eventStore.onAppended(() => look());
    await run(job, streamOf('job', jobId), request);
    try {
      for (;;) {
        const appended = new Promise<void>((resolve) => (look = resolve));
        const last = (await parts.eventStore.readStream(streamOf('job', jobId))).at(-1);
        if (last && last.revision >= 2) return toDomainEvent<JobEvent>(last);
        await appended;
      }
    } finally {
      await unsubscribe();
    }
  }

  it('turns a request into a file that the manifest describes', async () => {
    const event = await exported();
    if (event.type !== 'JobCompleted') throw new Error(JSON.stringify(event));
    const [file] = event.output.files;
    expect(event.output).toMatchObject({ rows: 1000, truncated: false });
    expect(file?.key).toMatch(new RegExp(`^jobs/${event.jobId}/1/`));
    const lines = (await text(await parts.fileStore.read(file!.key))).split('\r\n');
    expect([lines[0], lines[1], lines[1000]]).toEqual(['delay,gate', '1,gate 1', '1000,gate 1000']);
  });

  it('waits for no poll on the way', async () => {
    // Whatever begins to wait for a time from here on waits for ever. Before the second job all pauses are of this kind.
    const never = setTimeout(() => undefined);
    const timers = jest.spyOn(globalThis, 'setTimeout').mockImplementation(() => never);
    try {
      for (let n = 0; n < 11; n += 1) expect(await exported()).toMatchObject({ type: 'JobCompleted' });
    } finally {
      timers.mockRestore();
    }
  });

  it('reports that it is well', async () => {
    expect((await parts.health.report()).checks).toContainEqual({ name: 'exporter', problem: null });
  });
});
