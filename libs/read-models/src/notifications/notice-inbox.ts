import type { Pool } from '#database';
import type { NoticeKind, NoticeWay, UserId } from '#domain';
import { Selection, type Page, type PageRequest, type SortKey } from '../query/selection';

/** Of a notice by one way, the one that says most first: what arrived by one way was told. */
export const NOTICE_STATES = ['sent', 'sending', 'waiting', 'failed', 'kept', 'unwanted'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

/** A notice as its person finds it. */
export interface NoticeView {
  readonly noticeId: string;
  readonly kind: NoticeKind;
  /** What there is to say of it, by kind. */
  readonly facts: object;
  readonly at: string;
  readonly state: NoticeState;
  /** By which it goes or went, one at least. */
  readonly ways: readonly {
    readonly way: NoticeWay;
    readonly state: NoticeState;
    /** Why the last attempt at its message failed; null where it did not. */
    readonly problem: { readonly code: string; readonly message: string } | null;
  }[];
  readonly readAt: string | null;
}

export interface NoticeFilter extends PageRequest {
  /** True: only those that were not read. */
  readonly unread: boolean;
  /** What lies ahead of it is not shown yet. */
  readonly now: Date;
}

const NEWEST_FIRST: SortKey<NoticeView> = {
  list: 'notifications',
  columns: [
    { sql: 'n.occurs_at', kind: 'timestamptz', field: 'at' },
    { sql: 'n.notice_id', kind: 'uuid', field: 'noticeId' },
  ],
  direction: 'DESC',
};

const WAYS = `
  SELECT array_agg(w.state ORDER BY array_position('{${NOTICE_STATES.join(',')}}', w.state)) AS states,
    jsonb_agg(jsonb_build_object('way', w.way, 'state', w.state, 'problem',
      CASE WHEN m.code IS NOT NULL THEN jsonb_build_object('code', m.code, 'message', m.problem) END
    ) ORDER BY w.way DESC) AS ways
  FROM notifier.notice_way w LEFT JOIN notifier.message m USING (notification_id)
  WHERE w.notice_id = n.notice_id`;

/** What one person was told, or would have been. Whether it was read concerns that person alone, and is no event. */
export class NoticeInbox {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The newest first. Throws `InvalidCursor`. */
  list(userId: UserId, { unread, now, ...page }: NoticeFilter): Promise<Page<NoticeView>> {
    const selection = new Selection();
    selection.where(`n.user_id = ${selection.bindId(userId)}`);
    selection.where(`n.occurs_at <= ${selection.bind(now)}`);
    if (unread) selection.where('n.read_at IS NULL');
    const select = `SELECT n.notice_id AS "noticeId", n.kind, n.facts, n.occurs_at AS at, n.read_at AS "readAt",
                      w.ways, w.states[1] AS state
                    FROM notifier.notice n CROSS JOIN LATERAL (${WAYS}) w`;
    return selection.page(this.#pool, select, NEWEST_FIRST, page);
  }

  /** False when the person has no such notice. The first reading counts. */
  async markRead(userId: UserId, noticeId: string, now: Date): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      'UPDATE notifier.notice SET read_at = coalesce(read_at, $3) WHERE notice_id = $2 AND user_id = $1',
      [userId, noticeId, now],
    );
    return rowCount === 1;
  }

  /** All that happened up to a time. */
  async markAllRead(userId: UserId, upTo: Date, now: Date): Promise<void> {
    await this.#pool.query(
      'UPDATE notifier.notice SET read_at = $3 WHERE user_id = $1 AND occurs_at <= $2 AND read_at IS NULL',
      [userId, upTo, now],
    );
  }
}
