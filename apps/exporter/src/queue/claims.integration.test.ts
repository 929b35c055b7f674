import { randomUUID } from 'node:crypto';
import { ANNA, BEN, FLIGHTS, jobOutput, NOON, postgresSource, SCHEDULE_ID } from '#domain/testing';
import {
  dataSource,
  dataSourceIdOf,
  DEFAULT_CSV,
  streamOf,
  type Blackout,
  type DataSourceCommand,
  type JobId,
  type JobRequest,
  type PostgresOptions,
} from '#domain';
import type { QueueRules } from '#read-models';
import { ExporterWorld } from '../testing/exporter-world';

const OTHER_DATASET = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d11';
const ALWAYS: readonly Blackout[] = [
  { weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '12:00', timeZone: 'UTC' },
  { weekdays: [1, 2, 3, 4, 5, 6, 7], from: '12:00', to: '00:00', timeZone: 'UTC' },
];

describe('whose job a worker is given', () => {
  let world: ExporterWorld;
  let workers = 0;
  let nominalTime = Date.parse(NOON);

  beforeEach(async () => {
    world = await ExporterWorld.open();
  });

  afterEach(() => world.close());

  async function enqueue(...requests: readonly Partial<JobRequest>[]): Promise<readonly JobId[]> {
    const ids: JobId[] = [];
    for (const request of requests) {
      // Requests of the same millisecond are in the order of their nominal times.
      nominalTime += 1000;
      ids.push(await world.request({ nominalTime: new Date(nominalTime).toISOString(), ...request }));
    }
    await world.caughtUp();
    return ids;
  }

  async function claim(wanted: number, rules: Partial<QueueRules> = {}): Promise<readonly JobId[]> {
    const names = Array.from({ length: wanted }, () => `worker/${(workers += 1)}`);
    return (await world.claims(rules).claim(names)).claims.map(({ jobId }) => jobId);
  }

  async function end(jobId: JobId): Promise<void> {
    const worker = (await world.row(jobId))?.lease_owner as string;
    await world.queue().remove({ jobId, worker });
  }

  const source = { dataSourceId: dataSourceIdOf(FLIGHTS.dataSource), by: ANNA };

  async function tellSource(command: DataSourceCommand): Promise<void> {
    await world.run(dataSource, streamOf('datasource', source.dataSourceId), command);
    await world.caughtUp();
  }

  const registerSource = (options: Partial<PostgresOptions>, blackouts: readonly Blackout[] = []) =>
    tellSource({
      type: 'RegisterDataSource',
      ...source,
      name: FLIGHTS.dataSource,
      definition: { ...postgresSource(options), blackouts },
      secretId: null,
      at: world.now(),
    });

  const reviseSource = (blackouts: readonly Blackout[]) =>
    tellSource({
      type: 'ReviseDataSource',
      ...source,
      definition: { ...postgresSource(), blackouts },
      secret: { type: 'keep' },
      at: world.now(),
    });

  const onOther = (request: Partial<JobRequest> = {}): Partial<JobRequest> => ({
    ...request,
    input: {
      dynamicMapping: false,
      additionalConfig: { datasetId: OTHER_DATASET, output: DEFAULT_CSV, nominalTime: NOON, timeZone: 'UTC' },
    },
  });

  it('is that of a user who has fewer running than the limit, over all claimers together', async () => {
    const annas = await enqueue(...Array.from({ length: 6 }, () => ({ owner: ANNA })));
    const [bens] = await enqueue({ owner: BEN });
    const answers = await Promise.all([1, 2, 3].map(() => claim(4, { perUser: 2 })));
    expect(answers.flat().sort()).toEqual([annas[0], annas[1], bens].sort());
    await end(annas[0]!);
    expect(await claim(4, { perUser: 2 })).toEqual([annas[2]]);
  });

  it('is one of another dataset when the limit of the first is met', async () => {
    const first = await enqueue({}, {}, {});
    const [other] = await enqueue(onOther());
    const answers = await Promise.all([1, 2].map(() => claim(4, { perDataset: 1 })));
    expect(answers.flat().sort()).toEqual([first[0], other].sort());
  });

  it('is never held up by a slow data source, however many wait for that', async () => {
    await world.registerDataset();
    await world.registerDataset({ ...FLIGHTS, dataSource: 'quick' }, OTHER_DATASET);
    await world.parts.pool.query(`INSERT INTO exporter.worker VALUES ('a', 2, now()), ('b', 2, now())`);
    await enqueue(...Array.from({ length: 100 }, () => ({ priority: 'urgent' as const })));
    const [quick] = await enqueue(onOther({ priority: 'low' }));
    // Half of the four slots, as no limit is set and there are two data sources.
    const slow = await claim(2);
    expect(slow).toHaveLength(2);
    expect(slow).not.toContain(quick);
    expect(await claim(2)).toEqual([quick]);
    expect(await claim(2)).toEqual([]);
    await end(slow[0]!);
    expect(await claim(2)).toHaveLength(1);
  });

  it('counts the slots of the processes that are there, and of no others', async () => {
    const processes = async () => {
      const { rows } = await world.parts.pool.query<{ slots: number }>(
        'SELECT slots FROM exporter.worker ORDER BY slots',
      );
      return rows.map(({ slots }) => slots);
    };
    await world.parts.pool.query(`INSERT INTO exporter.worker VALUES ('vanished', 9, now() - interval '2 hours')`);
    const process = () => Promise.resolve(jobOutput());
    const [one] = [await world.worker({ process, slots: 1 }), await world.worker({ process, slots: 2 })];
    // Whoever runs jobs has said before that it is there.
    const jobs = await enqueue({}, {}, {});
    for (const jobId of jobs) await world.happened(jobId, 'JobCompleted');
    await one.stop();
    expect(await processes()).toEqual([2]);
  });

  it('leaves no slot unused while there is one data source only', async () => {
    await world.registerDataset();
    await world.parts.pool.query(`INSERT INTO exporter.worker VALUES ('a', 2, now())`);
    await enqueue({}, {});
    expect(await claim(2)).toHaveLength(2);
  });

  it('minds the connections that a data source allows each process', async () => {
    await world.registerDataset();
    await world.parts.pool.query(`INSERT INTO exporter.worker VALUES ('a', 2, now())`);
    await registerSource({ maxConnections: 1 });
    await enqueue({}, {});
    expect(await claim(2)).toHaveLength(1);
  });

  it('is not begun before its time, and known to come then', async () => {
    const startAfter = new Date(Date.now() + 3_600_000).toISOString();
    const [delayed, ready] = await enqueue({ startAfter }, { startAfter: '2026-01-01T00:00:00.000Z' });
    expect(await claim(2)).toEqual([ready]);
    await end(ready!);
    const { claims, nextInMs } = await world.claims().claim(['w']);
    expect(claims).toEqual([]);
    expect(nextInMs).toBeGreaterThan(3_000_000);
    await world.parts.pool.query('UPDATE exporter.export_queue SET ready_at = now() WHERE job_id = $1', [delayed]);
    expect(await claim(1)).toEqual([delayed]);
  });

  it('is none of a data source in a blackout, also when its worker vanished, and known to come at its end', async () => {
    await world.registerDataset();
    const [first] = await enqueue({});
    expect(await claim(1)).toEqual([first]);
    await registerSource({}, ALWAYS);
    const [second, other] = await enqueue({}, onOther());
    await world.parts.pool.query(
      `UPDATE exporter.export_queue SET lease_expires_at = now() - interval '1 second' WHERE job_id = $1`,
      [first],
    );
    expect(await claim(3)).toEqual([other]);
    expect((await world.claims().claim(['w'])).nextInMs).toBeGreaterThan(0);
    await reviseSource([]);
    expect(await claim(3)).toEqual(expect.arrayContaining([first, second]));
  });

  it('comes at once when a blackout is taken back', async () => {
    await world.registerDataset();
    await registerSource({}, ALWAYS);
    await world.worker({ process: () => Promise.resolve(jobOutput()) });
    const [jobId] = await enqueue({});
    expect(await claim(1)).toEqual([]);
    await reviseSource([]);
    await world.happened(jobId!, 'JobCompleted');
  });

  describe('when it is exclusive', () => {
    const occurrence = (hour: number, more: Partial<JobRequest> = {}): Partial<JobRequest> => ({
      origin: 'schedule',
      scheduleId: SCHEDULE_ID,
      exclusive: true,
      nominalTime: `2026-11-23T${String(hour).padStart(2, '0')}:00:00.000Z`,
      ...more,
    });

    it('runs alone of its schedule, in the order of nominal times, whoever claims', async () => {
      const [third, first, second] = await enqueue(occurrence(12), occurrence(8), occurrence(9));
      const [elsewhere] = await enqueue(occurrence(7, { scheduleId: randomUUID() }));
      for (const next of [first!, second!, third!]) {
        const answers = await Promise.all([1, 2, 3, 4].map(() => claim(2)));
        expect(answers.flat().sort()).toEqual([next, ...(next === first ? [elsewhere!] : [])].sort());
        await end(next);
      }
    });

    it('waits for others of its schedule, and they for it', async () => {
      const [plain] = await enqueue(occurrence(8, { exclusive: false }));
      expect(await claim(1)).toEqual([plain]);
      const [alone] = await enqueue(occurrence(9));
      expect(await claim(1)).toEqual([]);
      await end(plain!);
      expect(await claim(1)).toEqual([alone]);
      const [later] = await enqueue(occurrence(10, { exclusive: false }));
      expect(await claim(1)).toEqual([]);
      await end(alone!);
      expect(await claim(1)).toEqual([later]);
    });

    it('does not pass an earlier one that is to be tried again', async () => {
      const [earlier] = await enqueue(occurrence(8));
      await claim(1);
      const worker = (await world.row(earlier!))?.lease_owner as string;
      await world.queue().release({ jobId: earlier!, worker }, 60_000, 1);
      await enqueue(occurrence(9));
      expect(await claim(2)).toEqual([]);
    });
  });

  it('comes from all who wait although one of them has more jobs than are looked at', async () => {
    const annas = await enqueue(...Array.from({ length: 20 }, () => ({ owner: ANNA })));
    const bens = await enqueue({ owner: BEN }, onOther({ owner: BEN }));
    const given = new Set<JobId>();
    while (given.size < 22) {
      const next = await claim(3);
      expect(next.length).toBeGreaterThan(0);
      for (const jobId of next) given.add(jobId);
    }
    expect([...given].slice(0, 6)).toEqual(expect.arrayContaining([...annas.slice(0, 4), ...bens]));
  });
});
