import { join } from 'node:path';
import { packageRoot } from '#platform';
import { environmentOf } from '../../../deploy/distributed/environment';
import { Supervisor } from '../../../deploy/distributed/supervisor';
import type { BenchContext } from './bench';
import { benchSettings, type ProductOptions } from './product';

/**
 * Starts apps of the product, each as a process of its own, on a migrated database; stopped by the clean-up.
 *
 * @param names of apps; several of one are told apart by a number, as in `scheduler.2`
 */
export async function startApps(
  names: readonly string[],
  options: ProductOptions,
  { cleanup, log }: BenchContext,
  more: NodeJS.ProcessEnv = {},
): Promise<Supervisor> {
  const supervisor = new Supervisor(names, log);
  cleanup.add(names.join(' and '), () => supervisor.stop());
  // Of the caller's environment only what programs need, so that no setting of it is taken.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environmentOf(benchSettings(options)), ...more };
  const start = (name: string): Promise<void> => {
    const [app = name] = name.split('.');
    const file = join(packageRoot(), 'dist', 'apps', app, 'src', 'main.js');
    return supervisor.start({ name, env, args: ['--max-semi-space-size=32', file] });
  };
  await Promise.all(names.map(start));
  return supervisor;
}
