import { randomUUID } from 'node:crypto';
import { UserStore } from '#access';
import { NO_CALENDAR, schedule, selfServiceInput, streamOf, template, type JobEvent } from '#domain';
import {
  ANNA,
  BEN,
  DATASET_ID,
  jobOutput,
  jobRequest,
  NOON,
  retryPolicy,
  scheduleDefinition,
  TEMPLATE_ID,
  templateDefinition,
} from '#domain/testing';
import { ExportFailure } from '#export-engine';
import type { Claim } from '../queue/export-queue';
import { ExporterWorld, heldExport } from '../testing/exporter-world';

describe('a job in the exporter', () => {
  let world: ExporterWorld;

  beforeEach(async () => {
    world = await ExporterWorld.open();
    await world.registerDataset();
  });

  afterEach(() => world.close());

  it('is started, run on its dataset and completed, with one line in the log', async () => {
    let dataset: unknown;
    const worker = await world.worker({
      process: (_request, parts) => {
        dataset = parts.dataset;
        return Promise.resolve(jobOutput({ rows: 42 }));
      },
    });
    const jobId = await world.request();
    await world.happened(jobId, 'JobCompleted');
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted', 'JobCompleted']);
    expect(dataset).toMatchObject({ status: 'active', datasetId: DATASET_ID });
    await worker.stop();
    expect(linesOf(jobId)).toMatchObject([{ msg: 'job completed', rows: 42, template: 'standard export' }]);
  });

  it('is exported in the name of its owner where a cover sheet says so', async () => {
    const names: (string | undefined)[] = [];
    await world.worker({
      process: (_request, { ownerName }) => {
        names.push(ownerName);
        return Promise.resolve(jobOutput());
      },
    });
    for (const coverSheet of [true, false]) {
      const definition = templateDefinition({ layout: { rowNumbers: false, totals: false, coverSheet } });
      const template = { templateId: TEMPLATE_ID, templateName: 'With a cover', definition };
      await world.unqueued(await world.request({ input: selfServiceInput(template, NOON, 'UTC') }));
    }
    expect(names).toEqual([`Person ${ANNA}`, ANNA]);
  });

  it('has the limit of rows that its owner has when the attempt begins', async () => {
    const users = new UserStore(world.parts.pool);
    await users.limit(ANNA, 5);
    const seen: (number | null | undefined)[] = [];
    await world.worker({
      process: async (_request, { limits }) => {
        seen.push(limits.userMaxRows);
        if (seen.length > 2) return jobOutput();
        await users.limit(ANNA, seen.length === 1 ? 7 : null);
        throw new ExportFailure('data_source.unreachable', 'It does not answer.');
      },
    });
    await world.unqueued(await world.request({ owner: ANNA }));
    await world.unqueued(await world.request({ owner: BEN }));
    expect(seen).toEqual([5, 7, null, null]);
  });

  it('fails for good once its owner may not sign in, though it was to be tried again', async () => {
    const users = new UserStore(world.parts.pool);
    let runs = 0;
    await world.worker({
      process: async () => {
        runs += 1;
        await users.disable(ANNA, world.parts.clock.now());
        throw new ExportFailure('data_source.unreachable', 'It does not answer.');
      },
    });
    const jobId = await world.request({ owner: ANNA });
    await world.unqueued(jobId);
    expect((await world.events(jobId)).slice(1)).toMatchObject([
      { type: 'JobStarted', attempt: 1 },
      { type: 'JobAttemptFailed', attempt: 1 },
      { type: 'JobStarted', attempt: 2 },
      { type: 'JobFailed', attempt: 2, failure: { code: 'access.owner_disabled', class: 'permanent' } },
    ]);
    expect(runs).toBe(1);
  });

  it('fails for good once its template is not shared with its owner any more', async () => {
    const streamId = streamOf('template', TEMPLATE_ID);
    const created = { type: 'TemplateCreated', templateId: TEMPLATE_ID, owner: ANNA, copiedFrom: null } as const;
    const details = { name: 'Delays', description: null, tags: [] };
    const share = { templateId: TEMPLATE_ID, with: BEN, by: ANNA, at: NOON } as const;
    await world.record(
      streamId,
      { ...created, details, definition: templateDefinition({ datasetId: DATASET_ID }), at: NOON },
      { ...share, type: 'TemplateShared', level: 'run' },
    );
    await world.worker({ process: () => Promise.resolve(jobOutput()) });
    const bens = { owner: BEN, templateId: TEMPLATE_ID };
    const before = await world.request(bens);
    await world.happened(before, 'JobCompleted');
    await world.run(template, streamId, { ...share, type: 'UnshareTemplate' });
    const after = await world.request(bens);
    await world.unqueued(after);
    expect((await world.events(after)).at(-1)).toMatchObject({
      ...{ type: 'JobFailed', attempt: 1 },
      failure: { code: 'access.template_not_shared', class: 'permanent' },
    });
  });

  it('is claimed by one worker only when several look at once', async () => {
    let runs = 0;
    const process = () => {
      runs += 1;
      return Promise.resolve(jobOutput());
    };
    await Promise.all([1, 2, 3].map(() => world.worker({ process, slots: 2 })));
    const jobs = await Promise.all(Array.from({ length: 20 }, () => world.request()));
    await Promise.all(jobs.map((jobId) => world.unqueued(jobId)));
    expect(runs).toBe(20);
    const types = await Promise.all(jobs.map((jobId) => world.types(jobId)));
    expect(new Set(types.map((list) => list.join()))).toEqual(new Set(['JobRequested,JobStarted,JobCompleted']));
  });

  it('tries again after a transient failure, and ends failed when no attempt is left', async () => {
    const rule = { attempts: 9, firstDelaySeconds: 0.02, factor: 1, longestDelaySeconds: 1, jitter: 0 };
    const worker = await world.worker({
      process: () => Promise.reject(new ExportFailure('data_source.unreachable', 'It does not answer.')),
      retryPolicy: retryPolicy({ transient: rule }),
    });
    const jobId = await world.request({ maxAttempts: 3 });
    await world.happened(jobId, 'JobFailed');
    expect((await world.events(jobId)).slice(1)).toMatchObject([
      { type: 'JobStarted', attempt: 1 },
      { type: 'JobAttemptFailed', attempt: 1, failure: { code: 'data_source.unreachable' } },
      { type: 'JobStarted', attempt: 2 },
      { type: 'JobAttemptFailed', attempt: 2 },
      { type: 'JobStarted', attempt: 3 },
      { type: 'JobFailed', attempt: 3, failure: { code: 'data_source.unreachable', message: 'It does not answer.' } },
    ]);
    const events = await world.events(jobId);
    expect(timeOf(events[3]!) - timeOf(events[2]!)).toBeGreaterThanOrEqual(20);
    await worker.stop();
    expect(linesOf(jobId).map(({ msg }) => msg)).toEqual(['job attempt failed', 'job attempt failed', 'job failed']);
  });

  it('fails alone, without a stack in its event, when the export breaks in an unknown way', async () => {
    await world.worker({
      process: ({ jobId }) =>
        jobId === bad ? Promise.reject(new TypeError('secret detail')) : Promise.resolve(jobOutput()),
    });
    const bad = randomUUID();
    await world.request({ jobId: bad });
    await world.happened(bad, 'JobFailed');
    const [failed] = (await world.events(bad)).slice(-1);
    expect(failed).toMatchObject({ type: 'JobFailed', attempt: 1, failure: { code: 'export.internal' } });
    expect(JSON.stringify(failed)).not.toContain('secret detail');
    expect(linesOf(bad)).toContainEqual(expect.objectContaining({ code: 'export.internal', level: 50 }));
    await world.happened(await world.request(), 'JobCompleted');
  });

  it('ends as soon as it is cancelled while it runs, and not at the next beat', async () => {
    // Nothing beats by itself.
    const intervals = jest.spyOn(globalThis, 'setInterval').mockImplementation(() => setTimeout(() => undefined));
    try {
      const held = heldExport();
      await world.worker({ process: held.process });
      const jobId = await world.request();
      await held.began;
      await world.tell({ type: 'CancelJob', jobId, by: ANNA, reason: null, at: world.now() }, jobId);
      await world.unqueued(jobId);
      expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted', 'JobCancelled']);
      expect(linesOf(jobId)).toMatchObject([{ msg: 'job cancelled' }]);
    } finally {
      intervals.mockRestore();
    }
  });

  it('ends at the next beat when the notification that it was cancelled was missed', async () => {
    const held = heldExport();
    const worker = await world.worker({ process: held.process });
    const jobId = await world.request();
    await held.began;
    // Marked without a word to anyone.
    await world.parts.pool.query('UPDATE exporter.export_queue SET cancel_requested = true WHERE job_id = $1', [jobId]);
    await world.until(async () => (await world.row(jobId)) === undefined);
    await worker.stop();
    expect(linesOf(jobId)).toMatchObject([{ msg: 'job cancelled' }]);
  });

  it('is never started when it is cancelled while it waits', async () => {
    const jobId = await world.request();
    await world.until(async () => (await world.row(jobId)) !== undefined);
    await world.tell({ type: 'CancelJob', jobId, by: ANNA, reason: null, at: world.now() }, jobId);
    await world.unqueued(jobId);
    const next = await world.request();
    await world.worker({ process: () => Promise.resolve(jobOutput()) });
    await world.happened(next, 'JobCompleted');
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobCancelled']);
  });

  it('is taken over when its worker falls silent, and the late result is refused', async () => {
    const first = heldExport();
    const silent = await world.worker({ process: first.process, leaseMs: 3_600_000, silent: true });
    const jobId = await world.request();
    expect(await first.began).toMatchObject({ attempt: 1 });
    // As the database sees it after the first worker has been cut off for longer than its lease.
    await world.parts.pool.query(`UPDATE exporter.export_queue SET lease_expires_at = now() - interval '1 second'`);
    const second = heldExport();
    await world.worker({ process: second.process });
    expect(await second.began).toMatchObject({ jobId, attempt: 2 });

    first.end();
    await silent.stop();
    expect(linesOf(jobId)).toContainEqual(expect.objectContaining({ code: 'job.attempt_superseded' }));
    second.end();
    await world.happened(jobId, 'JobCompleted');
    expect((await world.events(jobId)).slice(1)).toMatchObject([
      { type: 'JobStarted', attempt: 1 },
      { type: 'JobAttemptLost', attempt: 1, cause: 'worker_lost' },
      { type: 'JobStarted', attempt: 2 },
      { type: 'JobCompleted', attempt: 2 },
    ]);
  });

  it('is given up at the next beat once another worker has it', async () => {
    const held = heldExport();
    const worker = await world.worker({ process: held.process });
    const jobId = await world.request();
    await held.began;
    await world.parts.pool.query(`UPDATE exporter.export_queue SET lease_owner = 'other' WHERE job_id = $1`, [jobId]);
    await worker.stop(60_000);
    expect(linesOf(jobId)).toMatchObject([{ code: 'exporter.lease_lost', attempt: 1 }]);
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted']);
  });

  /** A claim passes over a row while the event of the attempt before is being applied to it. */
  async function claimed(worker: string): Promise<Claim> {
    const claims: Claim[] = [];
    await world.until(async () => {
      claims.push(...(await world.claims({}, 0).claim([worker])).claims);
      return claims.length > 0;
    });
    return claims[0]!;
  }

  it('ends failed when it kills its worker each time', async () => {
    const jobId = await world.request({ maxAttempts: 2 });
    await world.until(async () => (await world.row(jobId)) !== undefined);
    for (const attempt of [1, 2]) {
      const claim = await claimed(`dying ${attempt}`);
      expect(claim).toMatchObject({ jobId });
      const loss = { type: 'LoseAttempt', jobId, attempt: 1, cause: 'worker_lost', policy: retryPolicy() } as const;
      if (attempt === 2) await world.tell({ ...loss, at: world.now() }, jobId);
      await world.tell({ type: 'StartJob', jobId, attempt, worker: claim.worker, at: world.now() }, jobId);
    }
    const worker = await world.worker({ process: () => Promise.resolve(jobOutput()) });
    await world.happened(jobId, 'JobFailed');
    const events = await world.events(jobId);
    expect(events.at(-1)).toMatchObject({ type: 'JobFailed', attempt: 2, failure: { code: 'worker.lost' } });
    await worker.stop();
    expect(linesOf(jobId)).toContainEqual(expect.objectContaining({ msg: 'job failed', code: 'worker.lost' }));
  });

  it('is handed back at a stop, and another worker begins it at once', async () => {
    const held = heldExport();
    const stopping = await world.worker({ process: held.process, leaseMs: 3_600_000 });
    const jobId = await world.request();
    await held.began;
    await stopping.stop(0);
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted', 'JobAttemptLost']);
    expect(await world.row(jobId)).toMatchObject({ lease_owner: null, attempt: 1 });

    await world.worker({ process: () => Promise.resolve(jobOutput()) });
    await world.happened(jobId, 'JobCompleted');
    expect((await world.events(jobId)).slice(-2)).toMatchObject([
      { type: 'JobStarted', attempt: 2 },
      { type: 'JobCompleted', attempt: 2 },
    ]);
  });

  it('is given up when it makes no progress, and begun once more, even where the export does not heed that', async () => {
    let began = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (began = resolve));
    const never = () => new Promise<never>(() => began());
    const stuck = await world.worker({ process: never, stuckMs: 0, abandonAfterMs: 0 });
    const jobId = await world.request();
    await beginning;
    const stopping = stuck.stop(60_000);
    stuck.lookForCancellations();
    await stopping;
    await world.worker({ process: () => Promise.resolve(jobOutput()) });
    await world.happened(jobId, 'JobCompleted');
    expect((await world.events(jobId)).slice(1)).toMatchObject([
      { type: 'JobStarted', attempt: 1 },
      { type: 'JobAttemptLost', attempt: 1, cause: 'stuck' },
      { type: 'JobStarted', attempt: 2 },
      { type: 'JobCompleted', attempt: 2 },
    ]);
    expect(linesOf(jobId)).toContainEqual(expect.objectContaining({ code: 'exporter.job_stuck', attempt: 1 }));
  });

  it('is not failed by workers that are shut down, however often', async () => {
    const jobId = await world.request({ maxAttempts: 1 });
    for (const attempt of [1, 2]) {
      const held = heldExport();
      const stopping = await world.worker({ process: held.process });
      expect(await held.began).toMatchObject({ attempt });
      await stopping.stop(0);
    }
    await world.worker({ process: () => Promise.resolve(jobOutput()) });
    await world.happened(jobId, 'JobCompleted');
    expect((await world.events(jobId)).filter(({ type }) => type === 'JobAttemptLost')).toMatchObject([
      { attempt: 1, cause: 'handed_back' },
      { attempt: 2, cause: 'handed_back' },
    ]);
  });

  it('follows the policy of its template, as it is when the attempt begins', async () => {
    const definition = templateDefinition({ datasetId: DATASET_ID });
    const chosen = retryPolicy({
      transient: { ...retryPolicy().transient, firstDelaySeconds: 600, longestDelaySeconds: 600 },
      deadlineMinutes: 5,
    });
    const created = {
      type: 'TemplateCreated',
      templateId: TEMPLATE_ID,
      owner: ANNA,
      definition,
      copiedFrom: null,
    } as const;
    const details = { name: 'Delays', description: null, tags: [] };
    const policyChosen = { type: 'RetryPolicyChosen', templateId: TEMPLATE_ID, policy: chosen, by: ANNA } as const;
    await world.record(
      streamOf('template', TEMPLATE_ID),
      { ...created, details, at: NOON },
      { ...policyChosen, at: NOON },
    );
    await world.worker({
      process: () => Promise.reject(new ExportFailure('data_source.unreachable', 'It does not answer.')),
    });
    const jobId = await world.request({ templateId: TEMPLATE_ID });
    await world.unqueued(jobId);
    // Another attempt would begin after its deadline, so none does.
    expect(await world.types(jobId)).toEqual(['JobRequested', 'JobStarted', 'JobFailed']);
  });

  it('expires when the time to try again is over', async () => {
    const jobId = randomUUID();
    const request = { type: 'RequestJob', request: jobRequest({ jobId }), at: '2026-01-01T11:59:00.000Z' } as const;
    const start = { type: 'StartJob', jobId, attempt: 1, worker: 'one that died' } as const;
    const loss = { type: 'LoseAttempt', jobId, attempt: 1, cause: 'worker_lost' } as const;
    const policy = retryPolicy({ deadlineMinutes: 5 });
    await world.tellAtOnce(
      jobId,
      request,
      { ...start, at: '2026-01-01T12:00:00.000Z' },
      { ...loss, policy, at: '2026-01-01T12:01:00.000Z' },
    );
    await world.worker({ process: () => Promise.reject(new Error('must not run')) });
    await world.happened(jobId, 'JobExpired');
    expect((await world.events(jobId)).at(-1)).toMatchObject({ reason: 'retry_deadline' });
  });

  it('expires when its schedule was paused after the request, or its deadline has passed', async () => {
    const scheduleId = randomUUID();
    const streamId = streamOf('schedule', scheduleId);
    const template = { status: 'active', problems: [] } as const;
    const definition = scheduleDefinition();
    const [templateId, owner, at] = [randomUUID(), ANNA, world.now()];
    await world.run(schedule, streamId, {
      type: 'DefineSchedule',
      scheduleId,
      templateId,
      owner,
      definition,
      template,
      calendar: NO_CALENDAR,
      trigger: 'none',
      at,
    });
    await world.run(schedule, streamId, {
      type: 'PauseSchedule',
      scheduleId,
      note: null,
      until: null,
      cause: 'by_hand',
      by: BEN,
      at,
    });
    const paused = await world.request({ origin: 'schedule', scheduleId, scheduleRevision: 0 });
    const late = await world.request({ startBefore: '2026-01-01T00:00:00.000Z' });
    await world.worker({ process: () => Promise.reject(new Error('must not run')) });
    await world.happened(paused, 'JobExpired');
    await world.happened(late, 'JobExpired');
    expect((await world.events(paused)).at(-1)).toMatchObject({ reason: 'schedule_paused' });
    expect((await world.events(late)).at(-1)).toMatchObject({ reason: 'deadline' });
    await world.unqueued(paused);
  });

  it('shows its progress in the queue and tells of it', async () => {
    let tell: (jobId: string) => void;
    const told = new Promise<string>((resolve) => (tell = resolve));
    await world.parts.notifications.listen('job_progress', (jobId) => tell(jobId));
    const held = heldExport();
    await world.worker({
      process: async (request, parts) => {
        parts.onProgress(500, 64_000);
        return held.process(request, parts);
      },
    });
    const jobId = await world.request();
    expect(await told).toBe(jobId);
    expect(await world.row(jobId)).toMatchObject({ rows_done: '500', bytes_done: '64000' });
    held.end();
    await world.unqueued(jobId);
  });

  function linesOf(jobId: string): readonly Record<string, unknown>[] {
    return world.log.filter((line) => line.jobId === jobId);
  }
});

function timeOf(event: JobEvent): number {
  return Date.parse(event.at);
}
