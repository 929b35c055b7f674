import { ensureFirstAdmin, UserStore, type FirstAdmin } from '#access';
import type { Parts } from '#runtime';
import { seedSamples } from './samples';

/**
 * What a system needs before it is of use to anybody: the first admin, and the samples in the name of the oldest one. Does
 * nothing the second time.
 */
export async function prepareFirstStart(
  parts: Parts,
  samples: boolean,
  log: (line: string) => void,
): Promise<FirstAdmin | null> {
  const { DATA_DIR } = parts.settings;
  const admin = await ensureFirstAdmin({ pool: parts.pool, dataDir: DATA_DIR, now: parts.clock.now() });
  if (samples) {
    const owner = await new UserStore(parts.pool).byUsername('admin');
    if (owner) await seedSamples(parts, owner.userId);
    else log('There is no user admin any more: the samples are left as they are.');
  }
  return admin;
}
