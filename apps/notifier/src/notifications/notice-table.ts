import type { Pool, PoolClient } from '#database';
import type { Instant, UserId, WaitingNotice } from '#domain';
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
}

export interface StoredNotice {
  readonly eventId: string;
  readonly facts: NoticeFacts;
}

/**
 * Puts notices into the outbox, each once, and wakes who plans for their people. Without a mail server there is nothing to plan:
 * they are kept in the inbox.
 */
export async function addNotices(client: PoolClient, notices: readonly NewNotice[], canSend: boolean): Promise<void> {
  await client.query(
    `WITH added AS (
       INSERT INTO notifier.notice (notice_id, user_id, event_id, kind, likeness, facts, occurs_at, state)
       SELECT n.notice_id, n.user_id, n.event_id, n.facts ->> 'kind', n.likeness, n.facts, n.occurs_at, $7
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[])
         AS n (notice_id, user_id, event_id, likeness, facts, occurs_at)
       ON CONFLICT (notice_id) DO NOTHING
       RETURNING user_id, occurs_at
     ), woken AS (
       INSERT INTO notifier.recipient AS r (user_id, plan_at)
       SELECT user_id, min(occurs_at) FROM added WHERE $7 = 'waiting' GROUP BY user_id ORDER BY user_id
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
      canSend ? 'waiting' : 'kept',
    ],
  );
}

/** The oldest waiting notices of a person. */
export async function waitingNotices(pool: Pool, userId: UserId, limit: number): Promise<readonly WaitingNotice[]> {
  const { rows } = await pool.query<Omit<WaitingNotice, 'at'> & { readonly occurs_at: Date }>(
    `SELECT notice_id AS "noticeId", kind, likeness, occurs_at FROM notifier.notice
     WHERE user_id = $1 AND state = 'waiting' ORDER BY occurs_at, notice_id LIMIT $2`,
    [userId, limit],
  );
  return rows.map(({ occurs_at, ...row }) => ({ ...row, at: occurs_at.toISOString() }));
}

/** What a message tells, oldest first. */
export async function noticesOfMessage(pool: Pool, notificationId: string): Promise<readonly StoredNotice[]> {
  const { rows } = await pool.query<StoredNotice>(
    `SELECT event_id AS "eventId", facts FROM notifier.notice WHERE notification_id = $1 ORDER BY occurs_at, notice_id`,
    [notificationId],
  );
  return rows;
}

/** Waiting notices that are never sent: of no interest any more, or without a way to their person. */
export async function settleNotices(
  client: Pool | PoolClient,
  noticeIds: readonly string[],
  state: 'unwanted' | 'kept',
): Promise<void> {
  if (noticeIds.length === 0) return;
  await client.query(`UPDATE notifier.notice SET state = $2 WHERE notice_id = ANY ($1::uuid[]) AND state = 'waiting'`, [
    noticeIds,
    state,
  ]);
}

/** After a long outage: nobody needs to be warned of files that are gone. */
export async function settleOvertaken(pool: Pool, userId: UserId, now: Date): Promise<void> {
  await pool.query(
    `UPDATE notifier.notice SET state = 'unwanted'
     WHERE user_id = $1 AND state = 'waiting' AND kind = 'output_expiring' AND (facts ->> 'expiresAt')::timestamptz <= $2`,
    [userId, now],
  );
}

/** Removes what is older than `NOTICES_KEPT_DAYS`. */
export async function removeOldNotices(pool: Pool, now: Date): Promise<void> {
  const before = new Date(now.getTime() - NOTICES_KEPT_DAYS * 86_400_000);
  await pool.query(`DELETE FROM notifier.notice WHERE occurs_at < $1 AND state NOT IN ('waiting', 'sending')`, [
    before,
  ]);
  await pool.query(`DELETE FROM notifier.message WHERE planned_at < $1 AND state <> 'sending'`, [before]);
}
