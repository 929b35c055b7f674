import { READ_MODELS_GROUP, READ_MODEL_SCHEMA } from '#read-models';
import type { Parts } from '#runtime';
import { startApps } from '../harness/apps';
import type { BenchContext } from '../harness/bench';
import { openBenchParts, type ProductOptions } from '../harness/product';
import { CheckpointWatch } from './checkpoint-watch';

/** A running part of the product, seen from where events are appended and rows are looked at. */
export interface System {
  readonly parts: Parts;
  readonly watch: CheckpointWatch;
}

/** Starts apps of the product, each as a process of its own, on a migrated database; stopped by the clean-up. */
export async function startSystem(
  apps: readonly string[],
  options: ProductOptions,
  context: BenchContext,
): Promise<System> {
  const { parts } = await openBenchParts(options, context);
  const watch = await CheckpointWatch.start(parts, READ_MODELS_GROUP);
  await startApps(apps, options, context);
  return { parts, watch };
}

/** Projecting fast and leaving schedules out is no feat. */
export async function checkRows({ pool }: Parts, schedules: number): Promise<void> {
  const { rows } = await pool.query<{ found: number }>(
    `SELECT count(*)::int AS found FROM ${READ_MODEL_SCHEMA}.schedule`,
  );
  const found = rows[0]?.found;
  if (found !== schedules) throw new Error(`${schedules} schedules were defined, and ${found} are in the read model`);
}
