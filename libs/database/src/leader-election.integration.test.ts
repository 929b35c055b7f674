import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { LeaderElection } from './leader-election';
import { LeaderLease } from './leader-lease';
import type { LeaderTerm } from './leader-term';
import { NotificationListener } from './listener';
import { createPool, type Pool } from './pool';

let database: TestDatabase;
let pool: Pool;
let notifications: NotificationListener;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  pool = createPool(database.url, { application: 'test', max: 6, onIdleError: () => undefined });
  notifications = new NotificationListener(database.url, 'test');
});
afterAll(async () => {
  await notifications.close();
  await pool.end();
  await database.drop();
});

/** A process that stands for the leadership, and what it went through. */
class Candidate {
  readonly terms: LeaderTerm[] = [];
  readonly errors: unknown[] = [];
  readonly election: LeaderElection;
  #leads: (() => void)[] = [];

  constructor(name: string, lead = untilOver) {
    this.election = new LeaderElection(new LeaderLease(pool, { name }), notifications, {
      lead: (term, stopping) => {
        this.terms.push(term);
        this.#leads.splice(0).forEach((tell) => tell());
        return lead(term, stopping);
      },
      onError: (error) => this.errors.push(error),
    });
  }

  /** Resolves at the next time that it leads. */
  leads(): Promise<void> {
    return new Promise((resolve) => this.#leads.push(resolve));
  }
}

function untilOver(term: LeaderTerm, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = AbortSignal.any([term.lost, stopping]);
    if (over.aborted) resolve();
    else over.addEventListener('abort', () => resolve());
  });
}

it('hands over at once when the leader stops', async () => {
  const [first, second] = [new Candidate('handed over'), new Candidate('handed over')];
  let leads = first.leads();
  await first.election.start();
  await leads;
  leads = second.leads();
  await second.election.start();
  expect(second.terms).toEqual([]);
  const stopped = performance.now();
  await first.election.stop();
  await leads;
  expect(performance.now() - stopped).toBeLessThan(900);
  expect(second.terms.map(({ number }) => number)).toEqual([2n]);
  await second.election.stop();
});

it('takes over within five seconds from a leader that is silent', async () => {
  const silent = await new LeaderLease(pool, { name: 'silent', now: () => 0 }).acquire();
  if (!silent.acquired) throw new Error('somebody leads already');
  const standby = new Candidate('silent');
  const leads = standby.leads();
  await standby.election.start();
  // Its renewals stop, as those of a killed process do, and its row stays as it is.
  const killed = performance.now();
  silent.term.release = () => Promise.resolve();
  await pool.query(`UPDATE coordination.leader_lease SET holder = 'gone' WHERE name = 'silent'`);
  await leads;
  const tookMs = performance.now() - killed;
  expect(tookMs).toBeLessThan(5000);
  expect(tookMs).toBeGreaterThan(1500);
  await standby.election.stop();
});

it('stands again after it lost the leadership', async () => {
  const candidate = new Candidate('again');
  let leads = candidate.leads();
  await candidate.election.start();
  await leads;
  leads = candidate.leads();
  await pool.query(`UPDATE coordination.leader_lease SET expires_at = clock_timestamp() WHERE name = 'again'`);
  await leads;
  expect(candidate.terms.map(({ number }) => number)).toEqual([1n, 2n]);
  await candidate.election.stop();
});

it('steps down and tells when leading fails, and tries again later', async () => {
  const candidate = new Candidate('failing', () => Promise.reject(new Error('cannot lead')));
  let leads = candidate.leads();
  await candidate.election.start();
  await leads;
  leads = candidate.leads();
  const failed = performance.now();
  await leads;
  expect(performance.now() - failed).toBeGreaterThan(500);
  expect(candidate.errors).toEqual([new Error('cannot lead')]);
  await candidate.election.stop();
});

it('stops while it waits as a standby', async () => {
  const [leader, standby] = [new Candidate('waiting'), new Candidate('waiting')];
  const leads = leader.leads();
  await leader.election.start();
  await leads;
  await standby.election.start();
  await standby.election.stop();
  await leader.election.stop();
  expect(standby.terms).toEqual([]);
});
