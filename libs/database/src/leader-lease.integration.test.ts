import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { LeaderLease, type LeaderLeaseOptions } from './leader-lease';
import { LeadershipLost, type LeaderTerm } from './leader-term';
import { createPool, type Pool } from './pool';

let database: TestDatabase;
let pool: Pool;
const terms: LeaderTerm[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  pool = createPool(database.url, { application: 'test', max: 6, onIdleError: () => undefined });
});
afterEach(async () => {
  await Promise.all(terms.splice(0).map((term) => term.release()));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

function contender(name: string, options: Partial<LeaderLeaseOptions> = {}): LeaderLease {
  return new LeaderLease(pool, { name, ...options });
}

async function lead(lease: LeaderLease): Promise<LeaderTerm> {
  const answer = await lease.acquire();
  if (!answer.acquired) throw new Error(`${lease.name} has another leader`);
  terms.push(answer.term);
  return answer.term;
}

const lost = (term: LeaderTerm): Promise<void> =>
  new Promise((resolve) => {
    if (term.lost.aborted) resolve();
    else term.lost.addEventListener('abort', () => resolve());
  });

/** The database's clock passes over the lease, as it does while its holder is paused. */
const expire = (name: string): Promise<unknown> =>
  pool.query('UPDATE coordination.leader_lease SET expires_at = clock_timestamp() WHERE name = $1', [name]);

it('has one leader of two contenders, and says when the lease ends', async () => {
  const lasting = { durationMs: 3_600_000 };
  const both = await Promise.all([contender('one', lasting).acquire(), contender('one', lasting).acquire()]);
  for (const answer of both) if (answer.acquired) terms.push(answer.term);
  expect(both.map(({ acquired }) => acquired).sort()).toEqual([false, true]);
  const refused = await contender('one').acquire();
  if (refused.acquired) throw new Error('there are two leaders');
  expect(refused.freeInMs).toBeGreaterThan(3_000_000);
  expect(refused.freeInMs).toBeLessThanOrEqual(3_600_000);
});

it('leads different things independently', async () => {
  await lead(contender('this'));
  await expect(lead(contender('that'))).resolves.toMatchObject({ number: 1n });
});

it('is free at once when it is released, with a higher term for the next', async () => {
  const first = await lead(contender('released'));
  await first.release();
  const second = await lead(contender('released'));
  expect([first.number, second.number]).toEqual([1n, 2n]);
  expect(() => first.assertSure()).toThrow(LeadershipLost);
  expect(() => second.assertSure()).not.toThrow();
});

it('a late release of an old term does not end the new one', async () => {
  const old = await lead(contender('late'));
  await expire('late');
  const present = await lead(contender('late'));
  await old.release();
  expect((await contender('late').acquire()).acquired).toBe(false);
  await present.transaction((client) => client.query('SELECT 1'));
});

it('is renewed for as long as it is held', async () => {
  const term = await lead(contender('renewed', { durationMs: 300 }));
  // Five renewals take longer than the lease lasts.
  const expiries = new Set<number>();
  while (expiries.size < 6) {
    expect((await contender('renewed').acquire()).acquired).toBe(false);
    const { rows } = await pool.query<{ expires_at: Date }>(
      `SELECT expires_at FROM coordination.leader_lease WHERE name = 'renewed'`,
    );
    expiries.add(rows[0]!.expires_at.getTime());
  }
  expect(term.lost.aborted).toBe(false);
  term.assertSure();
});

it('is lost when another process has taken it over, at the next renewal', async () => {
  const term = await lead(contender('taken', { durationMs: 600 }));
  await expire('taken');
  const successor = await lead(contender('taken'));
  await lost(term);
  expect(() => term.assertSure()).toThrow('the leadership of taken in term 1 has ended');
  successor.assertSure();
});

it('is lost when the database does not answer for as long as the lease lasts', async () => {
  const broken = createPool(database.url, { application: 'test', max: 2, onIdleError: () => undefined });
  const errors: unknown[] = [];
  const term = await lead(
    new LeaderLease(broken, { name: 'cut off', durationMs: 300, onError: (error) => errors.push(error) }),
  );
  await broken.end();
  await lost(term);
  expect(errors.length).toBeGreaterThan(0);
  expect(() => term.assertSure()).toThrow(LeadershipLost);
});

describe('a holder that was paused', () => {
  it('knows by its own clock, before any timer tells it', async () => {
    let now = 0;
    const term = await lead(contender('paused', { now: () => now }));
    now = 2999;
    term.assertSure();
    now = 3000;
    expect(() => term.assertSure()).toThrow(LeadershipLost);
    expect(term.lost.aborted).toBe(true);
    await expect(term.transaction(() => Promise.resolve())).rejects.toThrow(LeadershipLost);
  });

  it('changes nothing in the database once it has a successor, even if its clock stood still', async () => {
    const term = await lead(contender('frozen', { now: () => 0 }));
    await expire('frozen');
    await lead(contender('frozen'));
    let worked = false;
    const late = term.transaction(() => {
      worked = true;
      return Promise.resolve();
    });
    await expect(late).rejects.toThrow(LeadershipLost);
    expect(worked).toBe(false);
  });

  it('in the middle of a transaction keeps its successor waiting, but not for ever', async () => {
    const term = await lead(contender('midway'));
    let begun = (): void => undefined;
    const middle = new Promise<void>((resolve) => (begun = resolve));
    let goOn = (): void => undefined;
    const paused = term.transaction(async (client) => {
      begun();
      await new Promise<void>((resolve) => (goOn = resolve));
      await client.query('SELECT 1');
    });
    await middle;
    // The row is locked, so this waits until the server has ended the session.
    await expire('midway');
    const successor = await lead(contender('midway'));
    goOn();
    await expect(paused).rejects.toThrow(/terminat|idle-in-transaction|not queryable/i);
    expect(successor.number).toBe(2n);
  });
});
