import { v5 } from 'uuid';
import type { BackfillId, Instant, JobId, ScheduleId } from '../identifiers';
import { millisecondsOf, toInstant } from '../instants';

/** Fixed for good, each: whoever looks for a backfill or asks for its job again must come to the same id. */
const BACKFILL_NAMESPACE = 'b3a0b8cb-0f4f-4bd9-9df2-8d1a2f6e1c57';
const JOB_NAMESPACE = '5f1d6a0e-6c1b-4e63-a7d4-0c9b3e2d7a84';

/**
 * The id of a schedule's nth backfill, counted from 0: uuidv5 (RFC 9562). The next one can only begin at the end of those that
 * are there, so two that are asked for at the same moment meet on one stream, where only one can be the first.
 */
export function backfillIdOf(scheduleId: ScheduleId, ordinal: number): BackfillId {
  return v5(`${scheduleId}#${ordinal}`, BACKFILL_NAMESPACE);
}

/** The id of a backfill's job for a nominal time: uuidv5 (RFC 9562). No other backfill has it, and no occurrence. */
export function backfillJobId(backfillId: BackfillId, nominalTime: Instant): JobId {
  return v5(`${backfillId}@${toInstant(millisecondsOf(nominalTime))}`, JOB_NAMESPACE);
}
