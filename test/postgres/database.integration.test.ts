import { Client } from 'pg';
import { createTestDatabase } from './database';

describe('a test database', () => {
  it('is empty, apart from others, and goes away although a session is open', async () => {
    const one = await createTestDatabase();
    const two = await createTestDatabase();
    const client = new Client({ connectionString: one.url });
    // Dropping ends the session, which the client reports as an error.
    const ended = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    try {
      await client.query('CREATE TABLE mark (n int)');
      const other = new Client({ connectionString: two.url });
      await other.connect();
      const { rows } = await other.query("SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'");
      await other.end();
      expect(rows).toEqual([{ n: 0 }]);
    } finally {
      await Promise.all([one.drop(), two.drop()]);
    }
    await expect(ended).resolves.toMatchObject({ code: '57P01' });
    await expect(new Client({ connectionString: one.url }).connect()).rejects.toMatchObject({ code: '3D000' });
  });
});
