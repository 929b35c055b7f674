import type { Instant, JobId } from '../identifiers';
import { millisecondsOf, toInstant } from '../instants';

/**
 * When a job of an occurrence may start: its nominal time and a delay between 0 and the jitter, in whole milliseconds; null
 * without jitter. The first 32 bits of the job's id are those of a SHA-1 (uuidv5, RFC 9562, section 5.5) of schedule and nominal
 * time: they spread evenly, and give the same delay whoever asks.
 */
export function startAfterOf(jobId: JobId, nominalTime: Instant, jitterSeconds: number): Instant | null {
  if (jitterSeconds === 0) return null;
  const share = Number.parseInt(jobId.slice(0, 8), 16) / 2 ** 32;
  return toInstant(millisecondsOf(nominalTime) + Math.floor(share * (jitterSeconds * 1000 + 1)));
}
