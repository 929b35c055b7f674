import { rm } from 'node:fs/promises';

/** Stops the PostgreSQL of `postgres-setup.mjs` and removes its data. */
export default async function teardown() {
  const running = globalThis.testPostgres;
  if (!running) return;
  delete globalThis.testPostgres;
  await running.server.stop();
  await rm(running.dataDir, { recursive: true, force: true });
}
