import type { Pool, PoolClient } from '#database';
import type { Instant, NoticeKind, NoticeWay, PlannedMessage, SentMessage, UserId } from '#domain';
import { derivedId } from '#event-sourcing';

/** A message that has not ended. */
export interface OpenMessage {
  readonly notificationId: string;
  readonly way: NoticeWay;
  /** Whether its notices are alike; else they are a digest. */
  readonly alike: boolean;
  /** When it is tried next; null: at once. */
  readonly nextTryAt: Date | null;
}

/** Puts a planned message down before it is sent, so that whoever takes over sends the same one. */
export async function addMessage(
  client: PoolClient,
  userId: UserId,
  way: NoticeWay,
  { alike, noticeIds }: PlannedMessage,
  now: Instant,
): Promise<void> {
  const [first = ''] = noticeIds;
  // A notice is told once by a way, so the message that tells it needs no other name.
  const notificationId = derivedId(first, `notification by ${way}`);
  await client.query(
    `INSERT INTO notifier.message (notification_id, user_id, way, kind, likeness, planned_at, state)
     VALUES ($1, $2, $3, $4, $5, $6, 'sending')`,
    [notificationId, userId, way, alike?.kind, alike?.likeness, now],
  );
  await client.query(
    `UPDATE notifier.notice_way SET state = 'sending', notification_id = $2
     WHERE notice_id = ANY ($1::uuid[]) AND way = $3`,
    [noticeIds, notificationId, way],
  );
}

/** Messages to a person by a way that were planned after a time. */
export async function recentMessages(
  pool: Pool,
  userId: UserId,
  way: NoticeWay,
  after: Date,
): Promise<readonly SentMessage[]> {
  const { rows } = await pool.query<{ kind: NoticeKind | null; likeness: string | null; planned_at: Date }>(
    'SELECT kind, likeness, planned_at FROM notifier.message WHERE user_id = $1 AND way = $2 AND planned_at > $3',
    [userId, way, after],
  );
  return rows.map(({ kind, likeness, planned_at }) => ({
    at: planned_at.toISOString(),
    alike: kind === null || likeness === null ? null : { kind, likeness },
  }));
}

export async function openMessages(pool: Pool, userId: UserId): Promise<readonly OpenMessage[]> {
  const { rows } = await pool.query<OpenMessage>(
    `SELECT notification_id AS "notificationId", way, kind IS NOT NULL AS alike, next_try_at AS "nextTryAt"
     FROM notifier.message WHERE user_id = $1 AND state = 'sending' ORDER BY planned_at, way DESC, notification_id`,
    [userId],
  );
  return rows;
}

/** Why an attempt failed. */
export interface MessageFailure {
  readonly code: string;
  readonly message: string;
}

/** Another attempt follows. */
export async function postponeMessage(
  pool: Pool,
  notificationId: string,
  attempt: number,
  { code, message }: MessageFailure,
  nextTryAt: Instant,
): Promise<void> {
  await pool.query(
    'UPDATE notifier.message SET attempt = $2, code = $3, problem = $4, next_try_at = $5 WHERE notification_id = $1',
    [notificationId, attempt, code, message, nextTryAt],
  );
}

/** The end of a message, and of what it tells. @param failure null where it was sent */
export async function endMessage(
  pool: Pool,
  notificationId: string,
  attempt: number,
  failure: MessageFailure | null,
): Promise<void> {
  await pool.query(
    `WITH ended AS (
       UPDATE notifier.message SET attempt = $2, next_try_at = NULL, state = $3, code = $4, problem = $5
       WHERE notification_id = $1
     )
     UPDATE notifier.notice_way SET state = $3 WHERE notification_id = $1 AND state = 'sending'`,
    [notificationId, attempt, failure === null ? 'sent' : 'failed', failure?.code, failure?.message],
  );
}
