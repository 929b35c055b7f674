import { setImmediate } from 'node:timers/promises';
import { startApiWorld } from './api-world';

/** The connections and servers of this process, which would keep it from ending. */
const open = () => process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP')).length;

/** What was closed is gone a moment later. What was not never is, which the time of the test ends. */
async function untilOnly(connections: number): Promise<void> {
  while (open() > connections) await setImmediate();
}

it('leaves nothing open when it cannot start', async () => {
  const connections = open();
  // No token can be signed, so nobody can sign in, by when everything else is running.
  await expect(startApiWorld({ AUTH_SECRET: '' })).rejects.toThrow();
  await untilOnly(connections);
});
