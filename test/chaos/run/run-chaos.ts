import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobRequest } from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { checkHistory } from '../check-history';
import { FAULT_KINDS, type PlannedFault } from '../plan/faults';
import { planFaults } from '../plan/plan-faults';
import { planWorkload, type PlannedOperation } from '../plan/plan-workload';
import { Outside } from '../outside/outside';
import { checkAnswers } from '../proof/check-answers';
import { checkAuditTrail } from '../proof/check-audit-trail';
import { checkDeliveries, openDeliveries } from '../proof/check-deliveries';
import { checkFiles, hasFilesUntil } from '../proof/check-files';
import { hasOpenJobs } from '../proof/check-jobs';
import { checkNotices, openNotices, type NoticesOptions } from '../proof/check-notices';
import { nextStartAfter, quantile, takeoversAfter } from '../proof/measurements';
import { differencesFromRebuild } from '../rebuilt';
import { ChaosSystem, EXPORT_TIMEOUT_SECONDS } from '../system/chaos-system';
import { auditRows, withClient } from '../system/database';
import { LEASE_MS } from './bars';
import { Injector } from './inject';
import { People } from './perform';
import type { ChaosResult } from './result';
import { ROWS, setUp, type Stage } from './set-up';
import { untilSettled, untilSwept } from './settle';

const MINUTE_MS = 60_000;
/**
 * What is still open so long after the last fault will not end any more, milliseconds. A notifier that dies amid a mail leaves its
 * person to the next one for three minutes.
 */
const SETTLED_WITHIN_MS = 240_000;
const ANSWERED_WITHIN_MS = 60_000;
const SWEPT_WITHIN_MS = 120_000;
/** From when everything has settled to the end of the proof, milliseconds. Nothing may happen in between. */
const PROVEN_WITHIN_MS = 300_000;
/** No outage of the suite keeps occurrences waiting for longer, milliseconds. */
const LONGEST_OUTAGE_MS = 45_000;
/** A process that is stopped, or out of reach, while it holds rows of the scheduler keeps others from them no longer, milliseconds. */
const LONGEST_LOCK_MS = 3 * LEASE_MS;
/** The notifier's own: after a message, those alike are gathered for so long. */
const GATHER_MINUTES = 15;

export interface ChaosOptions {
  /** What is done and when follows from it. */
  readonly seed: number;
  readonly minutes: number;
  /** Gets a line for each step and each fault. */
  readonly log: (line: string) => void;
  /** Breaks the run off: everything is stopped, and the reason is thrown. */
  readonly signal: AbortSignal;
}

/** What will be done to the system, and what people will do meanwhile. */
export function planOf({ seed, minutes }: Pick<ChaosOptions, 'seed' | 'minutes'>): {
  readonly faults: readonly PlannedFault[];
  readonly operations: readonly PlannedOperation[];
} {
  return {
    faults: planFaults({ seed, minutes, leaseMs: LEASE_MS }),
    operations: planWorkload({ seed, minutes }),
  };
}

/** Harms a full system for some minutes, lets it come to rest, and proves from its event store what it kept. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const folder = mkdtempSync(join(tmpdir(), 'report-scheduler-chaos-'));
  chmodSync(folder, 0o755);
  options.log(`data and logs in ${folder}`);
  const outside = await Outside.open();
  let hasFound = true;
  try {
    const result = await runIn(folder, outside, options);
    hasFound = result.violations.length > 0;
    return { ...result, folder: hasFound ? folder : null };
  } finally {
    await outside.close();
    // Of a run that failed or found something all is kept, but not of one that nobody waited for.
    if (!hasFound || options.signal.aborted) rmSync(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, outside: Outside, options: ChaosOptions): Promise<Omit<ChaosResult, 'folder'>> {
  const { signal } = options;
  const system = await ChaosSystem.open({ folder, leaseMs: LEASE_MS, smtpUrl: outside.mailServer.url, signal });
  const brokenOff = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    return await Promise.race([harm(system, outside, options), brokenOff]);
  } finally {
    await system.close();
  }
}

async function harm(
  system: ChaosSystem,
  outside: Outside,
  { seed, minutes, log }: ChaosOptions,
): Promise<Omit<ChaosResult, 'folder'>> {
  const endsAt = new Date(Date.now() + minutes * MINUTE_MS + LEASE_MS);
  const stage = await setUp(system, outside, endsAt);
  const { faults, operations } = planOf({ seed, minutes });
  const people = new People(stage);
  const injector = new Injector(system, outside.moods, log);
  await Promise.all([people.perform(operations), injector.inject(faults)]);
  log('the faults are over');
  const overAt = performance.now();
  await Promise.all(system.processes.map((app) => app.start()));
  await people.answered(ANSWERED_WITHIN_MS);
  await delay(Math.max(endsAt.getTime() - Date.now(), 0));
  const noticesOptions = (): NoticesOptions => ({
    ...{ addresses: stage.addresses, mails: outside.mailServer.mails, gatherMinutes: GATHER_MINUTES },
    readAt: new Date(),
  });
  const isOpen = (events: readonly RecordedEvent[]): boolean =>
    hasOpenJobs(events) ||
    hasFilesUntil(events, new Date(Date.now() + PROVEN_WITHIN_MS)) ||
    openDeliveries(events).length > 0 ||
    openNotices(events, noticesOptions()).length > 0;
  await untilSettled(system, isOpen, SETTLED_WITHIN_MS);
  const filesOptions = { root: join(system.dataDir, 'files'), rowsOf: rowsOf(stage), swept: true };
  // Until what was under way with the last fault counts as abandoned.
  await delay(Math.max(overAt + EXPORT_TIMEOUT_SECONDS * 1000 + LEASE_MS - performance.now(), 0));
  const isClean = (events: readonly RecordedEvent[]): boolean => checkFiles(events, filesOptions).length === 0;
  const events = await untilSwept(system, isClean, SWEPT_WITHIN_MS);
  log('settled and swept');
  const differences = await differencesFromRebuild(system.databaseUrl);
  const rows = await withClient(system.databaseUrl, auditRows);
  const violations = [
    ...system.processes.flatMap(({ faults }) => faults),
    ...people.refusals,
    ...checkHistory({ events, until: endsAt, givenUpWithinMs: LONGEST_OUTAGE_MS, lockedWithinMs: LONGEST_LOCK_MS }),
    ...checkAnswers(events, people.answers),
    ...checkDeliveries(events, outside.webhooks.received),
    ...checkNotices(events, noticesOptions()),
    ...checkFiles(events, filesOptions),
    ...differences,
    ...checkAuditTrail(rows, events),
    ...(await system.stopApps()),
  ];
  const takeovers = takeoversAfter(events, injector.workerLosses);
  const count = (counted: string): number => events.filter(({ type }) => type === counted).length;
  return {
    ...{ seed, minutes, violations },
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, injector.counts.get(kind) ?? 0])),
    ...{ jobs: count('JobRequested'), attemptsLost: count('JobAttemptLost') },
    ...{ deliveries: count('DeliveryRequested'), delivered: count('DeliveryCompleted') },
    notices: count('NotificationSent'),
    requests: people.answers.length,
    retries: stage.admin.retries,
    takeoverMs: { count: takeovers.length, p95: quantile(takeovers, 0.95), max: quantile(takeovers, 1) },
    recoverySeconds: injector.powerLosses.map((at) => nextStartAfter(events, at) / 1000),
  };
}

function rowsOf({ templates }: Stage): (request: JobRequest) => number {
  const rows = new Map(Object.entries(templates).map(([report, id]) => [id, ROWS[report as keyof typeof ROWS]]));
  // Owners have templates of their own over the quick data.
  return ({ templateId }) => rows.get(templateId ?? '') ?? ROWS.quick;
}
