import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from '#database';
import { ANNA, BEN } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres/database';
import { ensureFirstAdmin } from './first-admin';
import { HourlyUses } from './limits/hourly-uses';
import { ReceiptStore } from './receipts/receipt-store';
import { Sessions } from './sessions/sessions';
import { SignInLimits } from './sessions/sign-in-limits';
import { Tokens } from './sessions/tokens';
import { hashPassword } from './users/passwords';
import { UserStore } from './users/user-store';

const now = new Date('2026-11-23T12:00:00Z');
const hoursLater = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

let database: TestDatabase;
let pool: Pool;
let dataDir: string;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  pool = createPool(database.url, { application: 'test', max: 8, onIdleError: () => undefined });
  dataDir = mkdtempSync(join(tmpdir(), 'access-'));
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the first administrator', () => {
  const ensure = () => ensureFirstAdmin({ pool, dataDir, now });
  const path = () => join(dataDir, 'credentials');
  const sessions = () => new Sessions(new UserStore(pool), new Tokens('s'.repeat(32)), new SignInLimits());

  it('is made once, with a password that only this user may read', async () => {
    const first = await ensure();
    expect(first).toMatchObject({ username: 'admin', created: true, path: path() });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(await ensure()).toEqual({ ...first, created: false });
    const outcome = await sessions().signIn('admin', first?.password ?? '', '::1', now);
    expect(outcome).toMatchObject({ kind: 'signed_in', user: { role: 'admin' } });
  });

  it('is one, however many processes start together', async () => {
    const made = await Promise.all(Array.from({ length: 4 }, ensure));
    expect(made.filter((admin) => admin?.created)).toHaveLength(1);
    const { rows } = await pool.query('SELECT count(*)::int AS users FROM access.user_account');
    expect(rows).toEqual([{ users: 1 }]);
  });

  it('gets the password of a start that was killed after it had written the file', async () => {
    writeFileSync(path(), JSON.stringify({ username: 'admin', password: 'written before' }), { mode: 0o600 });
    expect(await ensure()).toMatchObject({ password: 'written before', created: true });
  });

  it('is not told any more once the password has changed, or the file is gone or broken', async () => {
    await ensure();
    const file = readFileSync(path());
    writeFileSync(path(), 'nonsense');
    expect(await ensure()).toBeNull();
    rmSync(path());
    expect(await ensure()).toBeNull();
    writeFileSync(path(), file);
    const admin = await new UserStore(pool).byUsername('admin');
    await new UserStore(pool).setPassword(admin?.userId ?? '', await hashPassword('another'));
    expect(await ensure()).toBeNull();
  });
});

describe('receipts', () => {
  const command = 'c0000000-0000-4000-8000-000000000001';
  const actor = 'a0000000-0000-4000-8000-000000000001';
  const answer = { status: 201, headers: { ETag: '"0"' }, body: { id: 'x' } };
  const receipts = () => new ReceiptStore(pool, 'secret');

  it('remember an answer for its body, whatever the order of its fields', async () => {
    expect(await receipts().open(command, actor, { a: 1, b: { c: 2, d: 3 } }, now)).toEqual({ kind: 'open' });
    expect(await receipts().open(command, actor, { b: { d: 3, c: 2 }, a: 1 }, now)).toEqual({ kind: 'open' });
    expect(await receipts().open(command, actor, { a: 2 }, now)).toEqual({ kind: 'reused' });
    await receipts().keep(command, answer);
    expect(await receipts().open(command, actor, { a: 1, b: { c: 2, d: 3 } }, now)).toEqual({
      kind: 'answered',
      answer,
    });
    expect(await receipts().open(command, actor, undefined, now)).toEqual({ kind: 'reused' });
    await receipts().release(command);
    expect(await receipts().open(command, actor, { a: 2 }, now)).toEqual({ kind: 'reused' });
  });

  it('forget after a day', async () => {
    await receipts().open(command, actor, { a: 1 }, now);
    await receipts().keep(command, answer);
    expect(await receipts().open(command, actor, { a: 2 }, hoursLater(23))).toEqual({ kind: 'reused' });
    expect(await receipts().open(command, actor, { a: 2 }, hoursLater(24))).toEqual({ kind: 'open' });
    await receipts().open('another', actor, {}, hoursLater(72));
    const { rows } = await pool.query('SELECT count(*)::int AS kept FROM access.receipt');
    expect(rows).toEqual([{ kept: 1 }]);
  });

  it('let go of a key whose command was refused', async () => {
    await receipts().open(command, actor, { a: 1 }, now);
    await receipts().release(command);
    expect(await receipts().open(command, actor, { a: 2 }, now)).toEqual({ kind: 'open' });
  });
});

describe('uses within an hour', () => {
  const take = (userId: string, most: number) => new HourlyUses(pool).take(userId, 'delivery', most);

  it('are as many as are allowed, however many come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => take(ANNA, 5)));
    expect(answers.filter((seconds) => seconds === null)).toHaveLength(5);
    expect(await take(BEN, 5)).toBeNull();
  });

  it('are allowed anew one by one, as each of them is over an hour old', async () => {
    const age = (minutes: number) =>
      pool.query(
        'UPDATE access.hourly_use SET used_at = ARRAY(SELECT t - $1 * interval $$1 minute$$ FROM unnest(used_at) t)',
        [minutes],
      );
    const minutesLeft = async (most: number) => Math.ceil(((await take(ANNA, most)) ?? 0) / 60);
    expect(await take(ANNA, 2)).toBeNull();
    await age(45);
    expect(await take(ANNA, 2)).toBeNull();
    // The first of them is over an hour old in 15 minutes.
    expect(await minutesLeft(2)).toBe(15);
    expect(await minutesLeft(1)).toBe(60);
    await age(16);
    expect(await take(ANNA, 2)).toBeNull();
    expect(await minutesLeft(2)).toBe(44);
  });
});

describe('users', () => {
  it('of whom one administrator is left when two disable each other at once', async () => {
    const users = new UserStore(pool);
    const ids = [1, 2].map((n) => `a0000000-0000-4000-8000-00000000000${n}`);
    for (const [index, userId] of ids.entries()) {
      const passwordHash = 'x';
      await users.add({
        userId,
        username: `root${index}`,
        displayName: 'R',
        passwordHash,
        role: 'admin',
        createdAt: now,
      });
    }
    const outcomes = await Promise.all(ids.map((userId) => users.disable(userId, now)));
    expect(outcomes.sort()).toEqual(['done', 'last_admin']);
  });

  it('have names that differ by more than case, and are found by any part of them', async () => {
    const users = new UserStore(pool);
    const user = { displayName: 'Anna 100%', passwordHash: 'x', role: 'user', createdAt: now } as const;
    const userId = 'a0000000-0000-4000-8000-000000000001';
    expect(await users.add({ ...user, userId, username: 'Anna' })).toBe('added');
    expect(await users.add({ ...user, userId, username: 'Anna' })).toBe('repeated');
    const other = 'b0000000-0000-4000-8000-000000000002';
    expect(await users.add({ ...user, userId: other, username: 'ANNA' })).toBe('username_taken');
    const found = async (search: string) =>
      (await users.list({ search, enabledOnly: true, after: '', limit: 10 })).map(({ username }) => username);
    expect([await found('nn'), await found('0%'), await found('1_0')]).toEqual([['Anna'], ['Anna'], []]);
  });
});
