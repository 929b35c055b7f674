import { circuit, dataSourceIdOf, streamOf, type CircuitEvent, type JobId } from '#domain';
import { ANNA, FLIGHTS, jobOutput } from '#domain/testing';
import { toDomainEvent } from '#event-sourcing';
import { ExportFailure } from '#export-engine';
import { ExporterWorld, heldExport, type Process } from '../testing/exporter-world';

const unreachable: Process = () => Promise.reject(new ExportFailure('data_source.unreachable', 'It does not answer.'));
const succeeds: Process = () => Promise.resolve(jobOutput());
const broken: Process = () => Promise.reject(new ExportFailure('template.invalid', 'A column is gone.'));
const HOUR_MS = 3_600_000;

/** One after another, the last of them for good. */
function inTurn(...processes: readonly Process[]): Process {
  const left = [...processes];
  return (request, parts) => ((left.length > 1 ? left.shift() : left[0]) ?? succeeds)(request, parts);
}

describe('the circuit of a data source', () => {
  let world: ExporterWorld;

  beforeEach(async () => {
    world = await ExporterWorld.open();
    await world.registerDataset();
    await world.caughtUp();
  });
  afterEach(() => world.close());

  const stream = streamOf('circuit', dataSourceIdOf(FLIGHTS.dataSource));
  const events = async () =>
    (await world.parts.eventStore.readStream(stream)).map((event) => toDomainEvent<CircuitEvent>(event));

  async function row(): Promise<{ readonly failures: number; readonly open_until: Date | null } | undefined> {
    const { rows } = await world.parts.pool.query<{ failures: number; open_until: Date | null }>(
      'SELECT failures, open_until FROM exporter.circuit',
    );
    return rows[0];
  }

  async function requested(count: number): Promise<readonly JobId[]> {
    const ids: JobId[] = [];
    for (let n = 0; n < count; n += 1) ids.push(await world.request({ maxAttempts: 1 }));
    await world.caughtUp();
    return ids;
  }

  async function claimed(...workers: readonly string[]): Promise<readonly JobId[]> {
    return (await world.claims().claim(workers)).claims.map(({ jobId }) => jobId);
  }

  it('opens once after failures in a row, and those who wait keep their attempts', async () => {
    const circuits = { failures: 3, pauseMs: HOUR_MS, longestPauseMs: HOUR_MS };
    await Promise.all([1, 2].map(() => world.worker({ process: unreachable, circuits })));
    const jobs = await Promise.all(Array.from({ length: 8 }, () => world.request({ maxAttempts: 1 })));
    await world.until(async () => ((await row())?.open_until ?? null) !== null);
    const started = await Promise.all(jobs.map(async (jobId) => (await world.types(jobId)).includes('JobStarted')));
    // Three, and one at most that the other worker had begun by then.
    expect(started.filter(Boolean).length).toBeLessThanOrEqual(4);
    expect(await events()).toMatchObject([
      {
        ...{ type: 'CircuitOpened', dataSource: FLIGHTS.dataSource, code: 'data_source.unreachable' },
        ...{ failures: 3, openings: 1 },
      },
    ]);
    expect((await world.claims().claim(['idle'])).nextInMs).toBeGreaterThan(HOUR_MS / 2);
  });

  it('counts only failures in a row, by the fault of the data source', async () => {
    await world.worker({
      process: inTurn(unreachable, succeeds, unreachable, broken, unreachable),
      circuits: { failures: 2 },
      slots: 1,
    });
    for (const jobId of await requested(4)) await world.unqueued(jobId);
    expect(await events()).toEqual([]);
    expect(await row()).toEqual({ failures: 1, open_until: null });
    await world.unqueued((await requested(1))[0] ?? '');
    expect(await events()).toMatchObject([{ type: 'CircuitOpened', failures: 2 }]);
  });

  it('lets one job try after its pause, opens for longer when that fails, and closes when it succeeds', async () => {
    const held = heldExport();
    const process = inTurn(unreachable, unreachable, held.process, succeeds);
    const circuits = { failures: 1, pauseMs: 1, longestPauseMs: 10 };
    await world.worker({ process, circuits, slots: 1 });
    const jobs = await requested(5);
    const { jobId: tried } = await held.began;
    expect(await events()).toMatchObject([
      { type: 'CircuitOpened', openings: 1 },
      { type: 'CircuitOpened', openings: 2 },
    ]);
    expect(await claimed('a', 'b')).toEqual([]);
    held.end();
    for (const jobId of jobs) await world.unqueued(jobId);
    expect((await events()).at(-1)).toMatchObject({ type: 'CircuitClosed', by: null });
    expect(await world.types(tried)).toContain('JobCompleted');
    expect(await row()).toEqual({ failures: 0, open_until: null });
  });

  it('is as the events say, whoever wrote them and whatever became of the writer', async () => {
    const dataSourceId = dataSourceIdOf(FLIGHTS.dataSource);
    const rules = { failures: 1, pauseMs: HOUR_MS, longestPauseMs: HOUR_MS };
    const failure = { dataSource: FLIGHTS.dataSource, code: 'data_source.timeout', failures: 1, rules };
    const times = { startedAt: world.now(), at: world.now() };
    await world.run(circuit, stream, { type: 'NoteFailure', dataSourceId, ...failure, ...times });
    const [jobId] = await requested(1);
    expect(await claimed('a')).toEqual([]);
    await world.worker({ process: succeeds });
    await world.run(circuit, stream, { type: 'CloseCircuit', dataSourceId, by: ANNA, at: world.now() });
    await world.unqueued(jobId ?? '');
    expect(await row()).toEqual({ failures: 0, open_until: null });
  });

  it('is tried by one job at a time, and by that again when its worker vanished', async () => {
    await requested(4);
    expect(await claimed('dying', 'dying too')).toHaveLength(2);
    // As the event leaves it, with its pause over.
    await world.parts.pool.query(
      `INSERT INTO exporter.circuit (data_source, failures, open_until) VALUES ($1, 5, now() - interval '1 second')`,
      [FLIGHTS.dataSource],
    );
    const lapse = () =>
      world.parts.pool.query(
        `UPDATE exporter.export_queue SET lease_expires_at = now() - interval '1 second' WHERE lease_owner IS NOT NULL`,
      );
    await lapse();
    expect(await claimed('a', 'b', 'c')).toHaveLength(1);
    expect(await claimed('d', 'e')).toEqual([]);
    await lapse();
    expect(await claimed('f', 'g')).toHaveLength(1);
  });
});
