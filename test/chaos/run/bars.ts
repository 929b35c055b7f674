import type { ChaosResult } from './result';

/** How long an exporter keeps a job without a sign of life, milliseconds. */
export const LEASE_MS = 5000;
const RECOVERY_BAR_SECONDS = 15;
const FAULTS_A_MINUTE = 20;
/** A run that is shorter is for trying things out. */
const FULL_MINUTES = 10;

/** Which bars a run did not meet, or did not even measure, a sentence each. */
export function missedBars({
  minutes,
  faults,
  takeoverMs,
  recoverySeconds,
}: Pick<ChaosResult, 'minutes' | 'faults' | 'takeoverMs' | 'recoverySeconds'>): readonly string[] {
  const missed: string[] = [];
  const injected = Object.values(faults).reduce((sum, count) => sum + count, 0);
  if (takeoverMs.max === null) missed.push('no take-over was measured');
  else if (takeoverMs.max > 2 * LEASE_MS) missed.push(`a take-over took ${takeoverMs.max} ms`);
  if (recoverySeconds.length === 0) missed.push('no recovery was measured');
  for (const seconds of recoverySeconds) {
    if (seconds > RECOVERY_BAR_SECONDS) missed.push(`a recovery took ${seconds} s`);
  }
  if (minutes >= FULL_MINUTES && injected < minutes * FAULTS_A_MINUTE)
    missed.push(`only ${injected} faults met anything`);
  return missed;
}
