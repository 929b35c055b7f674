import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, FaultKind, PlannedFault } from '../plan/faults';
import type { WorkerLoss } from '../proof/measurements';
import type { Mood, Moods } from '../outside/mood';
import type { AppProcess } from '../system/app-process';
import type { ChaosSystem } from '../system/chaos-system';
import { withClient } from '../system/database';
import { ROWS } from './set-up';

const LOOK_EVERY_MS = 50;
/** A job that has come so far, in rows, is still far from its end when its worker is killed. */
const BARELY_BEGUN_ROWS = ROWS.slow / 2;
/** An exporter that has nothing to do for so long is left alone, milliseconds. */
const BUSY_WITHIN_MS = 10_000;

/** Does the planned harm, each fault at its time, and keeps what has to be measured. */
export class Injector {
  readonly #system: ChaosSystem;
  readonly #moods: Moods;
  readonly #log: (line: string) => void;
  readonly #counts = new Map<FaultKind, number>();
  readonly #losses: WorkerLoss[] = [];
  readonly #powerLosses: number[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  /** What went wrong with the suite itself. */
  #failure: { readonly error: unknown } | null = null;
  /** PostgreSQL comes and goes in turns. */
  #postgresTurn: Promise<unknown> = Promise.resolve();

  /** @param moods of those outside */
  constructor(system: ChaosSystem, moods: Moods, log: (line: string) => void) {
    this.#system = system;
    this.#moods = moods;
    this.#log = log;
  }

  /** How many faults of each kind met their target. */
  get counts(): ReadonlyMap<FaultKind, number> {
    return this.#counts;
  }

  get workerLosses(): readonly WorkerLoss[] {
    return this.#losses;
  }

  /** Moments, in milliseconds since 1970. */
  get powerLosses(): readonly number[] {
    return this.#powerLosses;
  }

  /** Resolves when the last fault is over and everything is whole again. */
  async inject(faults: readonly PlannedFault[]): Promise<void> {
    let begunAt = performance.now();
    for (const { atMs, fault } of faults) {
      await delay(Math.max(begunAt + atMs - performance.now(), 0));
      this.#log(`${(atMs / 1000).toFixed(1)} s ${JSON.stringify(fault)}`);
      const injected = this.#inject(fault)
        .then((met) => {
          if (met) this.#counts.set(fault.kind, (this.#counts.get(fault.kind) ?? 0) + 1);
          else this.#log(`${fault.kind} met nobody`);
        })
        .catch((error: unknown) => void (this.#failure ??= { error }));
      if (fault.kind === 'worker_loss' || fault.kind === 'power_loss') {
        const before = performance.now();
        await injected;
        // What is measured takes the time that it takes: whatever follows keeps its distance.
        begunAt += performance.now() - before;
      } else {
        const over = injected.finally(() => this.#underWay.delete(over));
        this.#underWay.add(over);
      }
    }
    await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  /** False when there was nothing to harm in this moment. */
  async #inject(fault: Fault): Promise<boolean> {
    const system = this.#system;
    switch (fault.kind) {
      case 'kill':
        return this.#kill(system.process(fault.target), fault.restartMs);
      case 'short_stop':
      case 'long_stop': {
        const app = system.process(fault.target);
        if (!app.pause()) return false;
        await delay(fault.forMs);
        app.resume();
        return true;
      }
      case 'postgres_fast_restart':
        return this.#inTurn(() => system.restartPostgres('SIGINT', fault.awayMs));
      case 'postgres_immediate_restart':
        return this.#inTurn(() => system.restartPostgres('SIGQUIT', fault.awayMs));
      case 'link_delay':
      case 'link_cut':
      case 'link_half_close': {
        const { link } = system.process(fault.target);
        if (fault.kind === 'link_delay') link.delay(fault.delayMs);
        else if (fault.kind === 'link_cut') link.cut();
        else link.halfClose(fault.told);
        await delay(fault.forMs);
        link.mend();
        return true;
      }
      case 'disk_full': {
        const app = system.process(fault.target);
        if (!app.inject({ chaos: 'disk', full: true })) return false;
        await delay(fault.forMs);
        app.inject({ chaos: 'disk', full: false });
        return true;
      }
      case 'clock_jump': {
        const app = system.process(fault.target);
        if (!app.inject({ chaos: 'clock', byMs: fault.byMs })) return false;
        await delay(fault.forMs);
        app.inject({ chaos: 'clock', byMs: 0 });
        return true;
      }
      case 'outside_refuses':
        return this.#annoy({ kind: 'refuses' }, fault.forMs);
      case 'outside_hangs_up':
        return this.#annoy({ kind: 'hangs_up' }, fault.forMs);
      case 'outside_slow':
        return this.#annoy({ kind: 'slow', delayMs: fault.delayMs }, fault.forMs);
      case 'worker_loss':
        return this.#loseWorker(system.process(fault.target));
      case 'power_loss':
        this.#powerLosses.push(await system.losePower());
        await system.startAll();
        return true;
    }
  }

  async #annoy(mood: Mood, forMs: number): Promise<boolean> {
    const end = this.#moods.begin(mood);
    await delay(forMs);
    end();
    return true;
  }

  async #kill(app: AppProcess, restartMs: number): Promise<boolean> {
    const pid = await app.kill();
    await delay(restartMs);
    // Not waited for: it may take many tries while its database is away.
    void app.start();
    return pid !== undefined;
  }

  /** Kills an exporter as soon as it runs a job. */
  async #loseWorker(app: AppProcess): Promise<boolean> {
    if (!(await this.#isBusy(app))) return false;
    const at = Date.now();
    const pid = await app.kill();
    void app.start();
    if (pid === undefined) return false;
    this.#losses.push({ pid, at });
    return true;
  }

  /** Waits until a job of this process has begun and will run for a while: the slow report. */
  async #isBusy(app: AppProcess): Promise<boolean> {
    return withClient(this.#system.databaseUrl, async (client) => {
      for (const giveUpAt = performance.now() + BUSY_WITHIN_MS; ;) {
        const { rows } = await client.query<{ busy: boolean }>(
          `SELECT EXISTS (SELECT FROM exporter.export_queue
                          WHERE split_part(lease_owner, '/', 2) = $1 AND rows_done > 0 AND rows_done < $2) AS busy`,
          [String(app.pid ?? ''), BARELY_BEGUN_ROWS],
        );
        if (rows[0]?.busy || performance.now() > giveUpAt) return rows[0]?.busy ?? false;
        await delay(LOOK_EVERY_MS);
      }
    });
  }

  async #inTurn(work: () => Promise<void>): Promise<boolean> {
    const mine = this.#postgresTurn.then(work);
    this.#postgresTurn = mine.catch(() => undefined);
    await mine;
    return true;
  }
}
