import { randomBytes, randomUUID } from 'node:crypto';
import { createPool, type Pool } from '#database';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { SecretCipher } from './secret-cipher';
import { SecretStore } from './secret-store';

const SALES = randomUUID();
const STOCK = randomUUID();
const UNREADABLE = { code: 'data_source.secret_unreadable' };

let database: TestDatabase;
let pool: Pool;
let store: SecretStore;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  pool = createPool(database.url, { application: 'test', max: 2, onIdleError: () => undefined });
  store = new SecretStore(pool, new SecretCipher([randomBytes(32).toString('base64')]));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => pool.query('DELETE FROM vault.secret'));

async function kept(): Promise<string[]> {
  const { rows } = await pool.query<{ secret_id: string }>('SELECT secret_id FROM vault.secret ORDER BY created_at');
  return rows.map(({ secret_id }) => secret_id);
}

async function put(secret: string, inUse: string | null = null, ownerId = SALES): Promise<string> {
  const secretId = randomUUID();
  await store.put({ secretId, ownerId, secret, inUse });
  return secretId;
}

it('gives back what was put, and keeps it out of sight', async () => {
  const id = await put('p&ss wörd');
  expect(await store.read(id, SALES)).toBe('p&ss wörd');
  const { rows } = await pool.query<{ row: string }>(
    "SELECT s::text || encode(ciphertext, 'escape') AS row FROM vault.secret s",
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.row).not.toContain('p&ss');
});

it('keeps the first of two under one id', async () => {
  const secretId = await put('first');
  await store.put({ secretId, ownerId: SALES, secret: 'second', inUse: null });
  expect(await store.read(secretId, SALES)).toBe('first');
});

it('says when it is gone, or belongs to another', async () => {
  const id = await put('secret');
  await expect(store.read(id, STOCK)).rejects.toMatchObject({ ...UNREADABLE, transient: false });
  await store.remove(id);
  await expect(store.read(id, SALES)).rejects.toMatchObject({ code: 'data_source.secret_missing', transient: true });
});

it('clears away what nothing refers to after a day, and nothing else', async () => {
  const inUse = await put('in use');
  const ofAnother = await put('of another', null, STOCK);
  const orphan = await put('orphan', inUse);
  await pool.query("UPDATE vault.secret SET created_at = created_at - interval '2 days'");
  const fresh = await put('fresh', inUse);
  const next = await put('next', inUse);
  expect(await kept()).toEqual([inUse, ofAnother, fresh, next]);
  expect(await kept()).not.toContain(orphan);
});
