import type { Pool, PoolClient } from '#database';
import type { Instant, NoticeWay, UserId, WaitingNotice } from '#domain';
import { NOTICES_KEPT_DAYS, type NoticeFacts } from '#notifications';

/** The channel that tells the senders that there is something to be planned. */
export const NOTICE_CHANNEL = 'notice';

export interface NewNotice {
  readonly noticeId: string;
  readonly userId: UserId;
  readonly eventId: string;
  readonly facts: NoticeFacts;
  readonly likeness: string;
  readonly at: Instant;
  /** By which the person wants it; one at least. */
  readonly ways: readonly NoticeWay[];
}

export interface StoredNotice {
  readonly eventId: string;
  readonly facts: NoticeFacts;
}

/** Puts notices into the outbox, each once, and wakes who plans for their people. */
export async function addNotices(client: PoolClient, notices: readonly NewNotice[]): Promise<void> {
  const ways = notices.flatMap((notice) => notice.ways.map((way) => ({ noticeId: notice.noticeId, way })));
  await client.query(
    `WITH added AS (
       INSERT INTO notifier.notice (notice_id, user_id, event_id, kind, likeness, facts, occurs_at)
       SELECT n.notice_id, n.user_id, n.event_id, n.facts ->> 'kind', n.likeness, n.facts, n.occurs_at
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[])
         AS n (notice_id, user_id, event_id, likeness, facts, occurs_at)
       ON CONFLICT (notice_id) DO NOTHING
       RETURNING notice_id, user_id, occurs_at
     ), waiting AS (
       INSERT INTO notifier.notice_way (notice_id, way, user_id, state)
       SELECT notice_id, w.way, user_id, 'waiting'
       FROM added JOIN unnest($7::uuid[], $8::text[]) AS w (notice_id, way) USING (notice_id)
     ), woken AS (
       INSERT INTO notifier.recipient AS r (user_id, plan_at)
       SELECT user_id, min(occurs_at) FROM added GROUP BY user_id ORDER BY user_id
       ON CONFLICT (user_id) DO UPDATE SET plan_at = least(r.plan_at, EXCLUDED.plan_at)
       RETURNING 1
     )
     SELECT pg_notify('${NOTICE_CHANNEL}', '') FROM woken LIMIT 1`,
    [
      notices.map(({ noticeId }) => noticeId),
      notices.map(({ userId }) => userId),
      notices.map(({ eventId }) => eventId),
      notices.map(({ likeness }) => likeness),
      notices.map(({ facts }) => JSON.stringify(facts)),
      notices.map(({ at }) => at),
      ways.map(({ noticeId }) => noticeId),
      ways.map(({ way }) => way),
    ],
  );
}

/** The oldest notices that wait for a person and a way. */
export async function waitingNotices(
  pool: Pool,
  userId: UserId,
  way: NoticeWay,
  limit: number,
): Promise<readonly WaitingNotice[]> {
  const { rows } = await pool.query<Omit<WaitingNotice, 'at'> & { readonly occurs_at: Date }>(
    `SELECT n.notice_id AS "noticeId", n.kind, n.likeness, n.occurs_at
     FROM notifier.notice_way w JOIN notifier.notice n USING (notice_id)
     WHERE w.user_id = $1 AND w.way = $2 AND w.state = 'waiting' ORDER BY n.occurs_at, n.notice_id LIMIT $3`,
    [userId, way, limit],
  );
  return rows.map(({ occurs_at, ...row }) => ({ ...row, at: occurs_at.toISOString() }));
}

/** What a message tells, oldest first. */
export async function noticesOfMessage(pool: Pool, notificationId: string): Promise<readonly StoredNotice[]> {
  const { rows } = await pool.query<StoredNotice>(
    `SELECT n.event_id AS "eventId", n.facts FROM notifier.notice_way w JOIN notifier.notice n USING (notice_id)
     WHERE w.notification_id = $1 ORDER BY n.occurs_at, n.notice_id`,
    [notificationId],
  );
  return rows;
}

/** Waiting notices that never go by a way: of no interest any more, or since there is no such way to their person. */
export async function settleNotices(
  client: Pool | PoolClient,
  way: NoticeWay,
  noticeIds: readonly string[],
  state: 'unwanted' | 'kept',
): Promise<void> {
  if (noticeIds.length === 0) return;
  await client.query(
    `UPDATE notifier.notice_way SET state = $3 WHERE notice_id = ANY ($1::uuid[]) AND way = $2 AND state = 'waiting'`,
    [noticeIds, way, state],
  );
}

/** After a long outage: nobody needs to be warned of files that are gone. */
export async function settleOvertaken(pool: Pool, userId: UserId, now: Date): Promise<void> {
  await pool.query(
    `UPDATE notifier.notice_way w SET state = 'unwanted' FROM notifier.notice n
     WHERE w.user_id = $1 AND w.state = 'waiting' AND n.notice_id = w.notice_id
       AND n.kind = 'output_expiring' AND (n.facts ->> 'expiresAt')::timestamptz <= $2`,
    [userId, now],
  );
}

/** Removes what is older than `NOTICES_KEPT_DAYS`. */
export async function removeOldNotices(pool: Pool, now: Date): Promise<void> {
  const before = new Date(now.getTime() - NOTICES_KEPT_DAYS * 86_400_000);
  await pool.query(
    `DELETE FROM notifier.notice n WHERE n.occurs_at < $1 AND NOT EXISTS (
       SELECT 1 FROM notifier.notice_way w WHERE w.notice_id = n.notice_id AND w.state IN ('waiting', 'sending')
     )`,
    [before],
  );
  await pool.query(`DELETE FROM notifier.message WHERE planned_at < $1 AND state <> 'sending'`, [before]);
}
