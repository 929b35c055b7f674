import PgBoss from 'pg-boss';
import type { Cleanup } from '../harness/cleanup';
import { executeSql } from '../harness/postgres';
import { concurrently, perSecond } from '../append/our-appends';

const QUEUE = 'requests';
const BATCH = 1_000;
/** As many callers as there are schedulers. */
const CALLERS = 2;

/** pg-boss on a database of its own in the same server, as its documentation has it: one `insert` for many jobs. */
export class PgBossPeer {
  private constructor(
    private readonly boss: PgBoss,
    private readonly url: string,
  ) {}

  static async prepare(url: string, cleanup: Cleanup): Promise<PgBossPeer> {
    const boss = new PgBoss({ connectionString: url, max: CALLERS, supervise: false, schedule: false });
    boss.on('error', () => undefined);
    cleanup.add('pg-boss', () => boss.stop({ graceful: false, wait: true }));
    await boss.start();
    await boss.createQueue(QUEUE);
    return new PgBossPeer(boss, url);
  }

  /** Jobs a second, each with such data. */
  async measure(jobs: number, data: object): Promise<number> {
    await executeSql(this.url, 'CHECKPOINT');
    let left = jobs;
    const started = performance.now();
    await concurrently(CALLERS, async () => {
      while (left > 0) {
        const count = Math.min(BATCH, left);
        left -= count;
        await this.boss.insert(Array.from({ length: count }, () => ({ name: QUEUE, data })));
      }
    });
    const rate = perSecond(jobs, started);
    const stored = await this.boss.getQueueSize(QUEUE);
    if (stored !== jobs) throw new Error(`pg-boss has ${stored} of ${jobs} jobs`);
    await this.boss.purgeQueue(QUEUE);
    return rate;
  }
}
