import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../../deploy/demo/api-client';
import { startEmbeddedPostgres } from '../../deploy/postgres';
import { checkOutcome } from './check-outcome';
import { ownCluster } from './own-cluster';
import { randomNumbers } from './random';
import { startServer, type ServerProcess } from './server-process';
import { defineSchedules, fillSource, pauseSchedules, untilBusy, untilNothingIsDue, untilQuiet } from './workload';

export interface KillOptions {
  /** How often the server is killed. */
  readonly kills: number;
  /** Schedules that fire together every minute. */
  readonly schedules: number;
  /** Makes the moments of the kills repeatable. */
  readonly seed: number;
  readonly log: (line: string) => void;
}

export interface KillResult {
  /** What was lost, doubled or left behind; empty when every promise was kept. */
  readonly violations: readonly string[];
  readonly kills: number;
  readonly jobs: number;
  /** Attempts whose worker a kill took away: proof that kills met running exports. */
  readonly attemptsLost: number;
}

/**
 * Kills the standalone server (every third time together with its PostgreSQL) at random moments while a burst of schedules is
 * being requested and exported, starts it again, and afterwards proves from the event store that every occurrence became
 * exactly one job or one recorded skip, every job ended once, and every completed job's files are there and whole.
 */
export async function killRepeatedly(options: KillOptions): Promise<KillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'report-scheduler-kill-'));
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'data');
  const source = await startEmbeddedPostgres({
    dataDir: join(folder, 'source'),
    settings: { fsync: 'off' },
    log: () => undefined,
  });
  let server: ServerProcess | undefined;
  const env = {
    DATA_DIR: dataDir,
    SAMPLE_DATA: 'off',
    DATA_SOURCES: JSON.stringify({ source: source.url('postgres') }),
    EXPORT_LEASE_SECONDS: '3',
  };
  try {
    await fillSource(source);
    server = await startServer(env);
    await defineSchedules(await ApiClient.signInAsAdmin(server.url, dataDir), options.schedules);
    const random = randomNumbers(options.seed);
    for (let kill = 1; kill <= options.kills; kill += 1) {
      await untilBusy(dataDir);
      const delayMs = Math.floor(random() ** 2 * 4000);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const withPostgres = kill % 3 === 0;
      if (withPostgres) process.kill(ownCluster(dataDir).pid, 'SIGKILL');
      await server.kill();
      options.log(`kill ${kill}, ${delayMs} ms into the burst${withPostgres ? ', with its PostgreSQL' : ''}`);
      server = await startServer(env);
    }
    await untilNothingIsDue(dataDir);
    await pauseSchedules(await ApiClient.signInAsAdmin(server.url, dataDir));
    const events = await untilQuiet(dataDir);
    const violations = [...(await checkOutcome(dataDir, events))];
    const code = await server.stop();
    server = undefined;
    if (code !== 0) violations.push(`the orderly stop ended with ${String(code)}`);
    const types = events.map(({ type }) => type);
    return {
      violations,
      kills: options.kills,
      jobs: types.filter((type) => type === 'JobRequested').length,
      attemptsLost: types.filter((type) => type === 'JobAttemptLost').length,
    };
  } finally {
    if (server) await server.stop();
    await source.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
