import fc from 'fast-check';
import { ANNA, BEN, CARA, DATASET_ID, SCHEDULE_ID } from '../testing/samples';
import { queueLevel, queueOrder, turnsOf, type QueueState, type WaitingJob } from './job-turns';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const MINUTE = 60_000;

let jobs = 0;
function waiting(more: Partial<WaitingJob> = {}): WaitingJob {
  jobs += 1;
  const requestedAt = more.requestedAt ?? NOW;
  return {
    jobId: `job ${String(jobs).padStart(6, '0')}`,
    owner: ANNA,
    datasetId: DATASET_ID,
    dataSource: 'sales',
    scheduleId: null,
    exclusive: false,
    level: queueLevel('normal', false),
    requestedAt,
    readyAt: requestedAt,
    attempt: 0,
    nominalTime: NOW,
    behind: null,
    ...more,
  };
}

function state(more: Partial<QueueState> = {}): QueueState {
  const limits = { perUser: null, perDataset: null };
  return { now: NOW, ageingMs: 15 * MINUTE, limits, sources: new Map(), running: [], shares: [], ...more };
}

function order(queue: QueueState, list: readonly WaitingJob[]): readonly string[] {
  return [...turnsOf(queue, list)].map(({ job }) => job.jobId);
}

function reasons(queue: QueueState, list: readonly WaitingJob[]) {
  return [...turnsOf(queue, list)].map(({ obstacle }) => obstacle);
}

const level = { low: 0, normal: 1, high: 2, urgent: 3 };

describe('the order of turns', () => {
  it('is that of the priorities, with catch-up below all of them', () => {
    const list = [
      waiting({ level: queueLevel('urgent', true) }),
      waiting({ level: queueLevel('low', false) }),
      waiting({ level: queueLevel('urgent', false) }),
      waiting({ level: queueLevel('normal', true) }),
      waiting({ level: queueLevel('normal', false) }),
      waiting({ level: queueLevel('high', false) }),
    ];
    expect(order(state(), list)).toEqual([2, 5, 4, 1, 0, 3].map((index) => list[index]!.jobId));
  });

  it('is that of the requests within a priority of a user, and of nominal times within a moment', () => {
    const late = waiting({ requestedAt: NOW - MINUTE });
    const [second, first] = [
      waiting({ requestedAt: NOW - 2 * MINUTE }),
      waiting({ requestedAt: NOW - 2 * MINUTE, nominalTime: 0 }),
    ];
    expect(order(state(), [late, second, first])).toEqual([first.jobId, second.jobId, late.jobId]);
  });

  it.each([
    ['low', 44, false],
    ['low', 45, true],
    ['normal', 29, false],
    ['normal', 30, true],
  ] as const)(
    'lets a job of priority %s that waits for %d minutes go before an urgent one: %s',
    (priority, minutes, before) => {
      const old = waiting({ owner: ANNA, level: level[priority], requestedAt: NOW - minutes * MINUTE });
      const urgent = waiting({ owner: BEN, level: level.urgent, requestedAt: NOW });
      const running = [waiting({ owner: BEN })];
      expect(order(state({ running }), [urgent, old])[0]).toBe(before ? old.jobId : urgent.jobId);
    },
  );

  it('lets catch-up work age as well', () => {
    const old = waiting({ level: queueLevel('normal', true), requestedAt: NOW - 61 * MINUTE });
    const fresh = waiting({ owner: BEN, level: level.low });
    const running = [waiting({ owner: BEN })];
    expect(order(state({ running }), [fresh, old])[0]).toBe(old.jobId);
  });

  it('does not count the time before a job was ready as waiting', () => {
    const delayed = waiting({ requestedAt: NOW - 600 * MINUTE, readyAt: NOW - MINUTE });
    const other = waiting({ owner: BEN, level: level.high });
    expect(order(state(), [delayed, other])[0]).toBe(other.jobId);
  });

  it('serves among equals whoever has the fewest jobs running, then whoever was served longest ago', () => {
    const [annas, bens, caras] = [ANNA, BEN, CARA].map((owner) => waiting({ owner })) as [
      WaitingJob,
      WaitingJob,
      WaitingJob,
    ];
    const running = [waiting({ owner: ANNA })];
    const shares = [
      { owner: BEN, level: 1, servedAt: NOW - 1000 },
      { owner: CARA, level: 3, servedAt: NOW - 2000 },
    ];
    expect(order(state({ running, shares }), [annas, bens, caras])).toEqual([caras.jobId, bens.jobId, annas.jobId]);
  });

  it('does not let a flood outrank a newcomer by its age', () => {
    const flood = Array.from({ length: 1000 }, () => waiting({ requestedAt: NOW - 100 * MINUTE }));
    const newcomer = waiting({ owner: BEN, requestedAt: NOW - 1 });
    const shares = [{ owner: ANNA, level: 1, servedAt: NOW - 1000 }];
    const running = flood.splice(0, 2);
    expect(order(state({ shares, running }), [...flood, newcomer])[0]).toBe(newcomer.jobId);
  });

  it('gives each user a turn before anyone has a second one', () => {
    const owners = fc.constantFrom(ANNA, BEN, CARA);
    fc.assert(
      fc.property(fc.array(owners, { minLength: 1, maxLength: 40 }), (list) => {
        const served = [
          ...turnsOf(
            state(),
            list.map((owner) => waiting({ owner })),
          ),
        ].map(({ job }) => job.owner);
        const left = new Map<string, number>();
        for (const owner of list) left.set(owner, (left.get(owner) ?? 0) + 1);
        const had = new Map<string, number>();
        for (const owner of served) {
          const behind = [...left].filter(
            ([other, count]) => count > 0 && (had.get(other) ?? 0) < (had.get(owner) ?? 0),
          );
          expect(behind).toEqual([]);
          had.set(owner, (had.get(owner) ?? 0) + 1);
          left.set(owner, left.get(owner)! - 1);
        }
      }),
    );
  });

  it('starves nobody, whatever else keeps coming', () => {
    const lowest = waiting({ owner: ANNA, level: queueLevel('low', true), requestedAt: NOW });
    const own = () => waiting({ owner: ANNA, level: level.urgent, requestedAt: now });
    const others = () => waiting({ owner: BEN, level: level.urgent, requestedAt: now });
    let now = NOW;
    const shares = new Map<string, { owner: string; level: number; servedAt: number }>();
    // Each minute one job is started, and two urgent ones come.
    for (let minute = 0; minute < 200; minute += 1) {
      now = NOW + minute * MINUTE;
      const queue = state({ now, shares: [...shares.values()] });
      const [first] = [...turnsOf(queue, [lowest, own(), others()], 1)];
      if (first?.job === lowest) {
        expect(minute).toBeLessThanOrEqual(8 * 15);
        return;
      }
      const { owner, level: served } = first!.job;
      shares.set(`${owner} ${served}`, { owner, level: served, servedAt: now });
    }
    throw new Error('it starved');
  });
});

describe('what keeps a job from being started', () => {
  const until = NOW + MINUTE;

  it('is its time to start or to try again', () => {
    expect(reasons(state(), [waiting({ readyAt: until })])).toEqual([{ type: 'start_after', until }]);
    expect(reasons(state(), [waiting({ readyAt: until, attempt: 1 })])).toEqual([{ type: 'retry', until }]);
  });

  it('is a blackout of its data source', () => {
    const sources = new Map([['sales', { limit: null, closedUntil: until, openUntil: null }]]);
    const list = [waiting(), waiting({ dataSource: 'other' }), waiting({ dataSource: null })];
    expect(reasons(state({ sources }), list)).toEqual([{ type: 'blackout', until }, null, null]);
  });

  it('is an open circuit of its data source, of which one job at a time tries once its pause is over', () => {
    const open = (openUntil: number) => new Map([['sales', { limit: null, closedUntil: null, openUntil }]]);
    const list = [waiting(), waiting(), waiting({ dataSource: 'other' })];
    const reason = { type: 'circuit_open', until };
    expect(reasons(state({ sources: open(until) }), list)).toEqual([reason, reason, null]);
    const probe = { type: 'circuit_probe' };
    expect(reasons(state({ sources: open(NOW) }), list)).toEqual([null, probe, null]);
    expect(reasons(state({ sources: open(NOW), running: [waiting()] }), list)).toEqual([probe, probe, null]);
  });

  it('is a limit, of which the running jobs and those of the same batch take their part', () => {
    const list = [1, 2, 3].map(() => waiting());
    const limits = { perUser: null, perDataset: null };
    const running = [waiting()];
    const source = new Map([['sales', { limit: 2, closedUntil: null, openUntil: null }]]);
    const all = (type: string) => [null, { type }, { type }];
    expect(reasons(state({ running, sources: source }), list)).toEqual(all('data_source_limit'));
    expect(reasons(state({ running, limits: { ...limits, perDataset: 2 } }), list)).toEqual(all('dataset_limit'));
    expect(reasons(state({ running, limits: { ...limits, perUser: 2 } }), list)).toEqual(all('user_limit'));
  });

  it('lets the jobs of other data sources pass', () => {
    const slow = Array.from({ length: 100 }, () => waiting({ requestedAt: NOW - MINUTE }));
    const quick = waiting({ dataSource: 'quick', datasetId: 'quick' });
    const sources = new Map([['sales', { limit: 1, closedUntil: null, openUntil: null }]]);
    const running = [waiting()];
    const free = [...turnsOf(state({ sources, running }), [...slow, quick], 1)].filter(({ obstacle }) => !obstacle);
    expect(free.map(({ job }) => job)).toEqual([quick]);
  });

  it('is another job of its schedule, if one of the two is exclusive', () => {
    const [first, second, plain] = [
      waiting({ scheduleId: SCHEDULE_ID, exclusive: true, nominalTime: 1 }),
      waiting({ scheduleId: SCHEDULE_ID, exclusive: true, nominalTime: 2 }),
      waiting({ scheduleId: SCHEDULE_ID, nominalTime: 3 }),
    ];
    const behind = { type: 'exclusive', behind: first.jobId };
    expect(reasons(state(), [second, plain, first])).toEqual([null, behind, behind]);
    expect(reasons(state({ running: [plain] }), [first])).toEqual([{ type: 'exclusive', behind: plain.jobId }]);
    expect(reasons(state({ running: [{ ...plain, scheduleId: 'another' }] }), [first])).toEqual([null]);
    expect(reasons(state({ running: [plain] }), [{ ...plain, jobId: 'its like' }])).toEqual([null]);
    expect(reasons(state(), [{ ...first, behind: 'a job that waits' }])).toEqual([
      { type: 'exclusive', behind: 'a job that waits' },
    ]);
  });

  it('stops when as many as wanted are free to start', () => {
    const list = [waiting({ readyAt: until }), waiting(), waiting(), waiting()];
    expect([...turnsOf(state(), list, 2)].filter(({ obstacle }) => !obstacle)).toHaveLength(2);
    expect([...turnsOf(state(), list, 0)]).toEqual([]);
  });
});

describe('the order of the queue', () => {
  it('is as if nothing but slots were wanting, with what is in the way now', () => {
    const annas = [1, 2, 3].map(() => waiting({ readyAt: NOW + MINUTE }));
    const bens = [1, 2, 3].map(() => waiting({ owner: BEN, dataSource: 'other' }));
    const sources = new Map([['other', { limit: 1, closedUntil: null, openUntil: null }]]);
    const turns = queueOrder(state({ sources }), [...annas, ...bens]);
    expect(turns.map(({ job }) => job.owner)).toEqual([ANNA, BEN, ANNA, BEN, ANNA, BEN]);
    const reason = { type: 'start_after', until: NOW + MINUTE };
    expect(turns.map(({ obstacle }) => obstacle)).toEqual([reason, null, reason, null, reason, null]);
  });
});
