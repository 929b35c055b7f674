import { transaction } from '#database';
import {
  NOTICE_WAYS,
  planNotices,
  toInstant,
  type NoticeLimits,
  type NoticeWay,
  type NotificationPreferences,
  type UserId,
  type WaitingNotice,
} from '#domain';
import type { MessageSender, SenderParts } from './message-sender';
import { addMessage, openMessages, recentMessages } from './message-table';
import { settleNotices, settleOvertaken, waitingNotices } from './notice-table';
import { readPreferences } from './read-preferences';
import type { Recipients } from './recipients';

/** Notices of one person that are planned at a time, for each way. */
const MOST_WAITING = 20_000;
const HOUR_MS = 3_600_000;
/** A process that was told nothing looks after so long by itself. */
const REST_MS = 30_000;

export interface RoundParts extends Pick<SenderParts, 'pool' | 'eventStore' | 'users' | 'clock' | 'logger'> {
  readonly recipients: Recipients;
  readonly sender: MessageSender;
  readonly limits: NoticeLimits;
  /** Whether there is a mail server. */
  readonly canMail: boolean;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

/** Plans and sends for one person after another, until nobody is due. Gives the milliseconds until somebody is. */
export async function runNoticeRound(parts: RoundParts): Promise<number> {
  const { recipients, clock, signal } = parts;
  while (!signal.aborted) {
    const userId = await recipients.claim(clock.now());
    if (userId === null) break;
    await serve(parts, userId);
  }
  const nextAt = await recipients.nextAt();
  return nextAt === null ? REST_MS : Math.min(REST_MS, Math.max(0, nextAt.getTime() - clock.now().getTime()));
}

/** Whatever goes wrong, the person is let go: another look follows. */
async function serve(parts: RoundParts, userId: UserId): Promise<void> {
  const { recipients, clock } = parts;
  let nextAt: Date | null = new Date(clock.now().getTime() + REST_MS);
  try {
    nextAt = earliest([await plan(parts, userId), await sendOpen(parts, userId)]);
  } finally {
    await recipients.release(userId, nextAt);
  }
}

/** Puts down what is to be sent now. Gives when there is something to be planned next. */
async function plan(parts: RoundParts, userId: UserId): Promise<Date | null> {
  const { pool, clock, users, eventStore, canMail } = parts;
  const now = clock.now();
  await settleOvertaken(pool, userId, now);
  const user = await users.byId(userId);
  const preferences = await readPreferences(eventStore, userId);
  const reachable = user !== null && user.disabledAt === null;
  const open: Readonly<Record<NoticeWay, boolean>> = {
    email: reachable && canMail && user.email !== null,
    destination: reachable && preferences.destinationId !== null,
  };
  const next: (Date | null)[] = [];
  for (const way of NOTICE_WAYS) {
    const waiting = await waitingNotices(pool, userId, way, MOST_WAITING);
    if (waiting.length === 0) continue;
    if (open[way]) {
      next.push(await planWay(parts, userId, way, { waiting, preferences, now }));
      continue;
    }
    const noticeIds = waiting.map(({ noticeId }) => noticeId);
    await settleNotices(pool, way, noticeIds, 'kept');
  }
  return earliest(next);
}

async function planWay(
  { pool, recipients, limits }: RoundParts,
  userId: UserId,
  way: NoticeWay,
  asked: {
    readonly waiting: readonly WaitingNotice[];
    readonly preferences: NotificationPreferences;
    readonly now: Date;
  },
): Promise<Date | null> {
  const now = toInstant(asked.now);
  const since = new Date(asked.now.getTime() - Math.max(HOUR_MS, limits.gatherMinutes * 60_000));
  const recent = await recentMessages(pool, userId, way, since);
  const planned = planNotices({ ...asked, way, recent, limits, now });
  await transaction(pool, async (client) => {
    if (!(await recipients.renew(userId, client))) throw new Error(`another process has taken over ${userId}`);
    await settleNotices(client, way, planned.dropped, 'unwanted');
    for (const message of planned.messages) await addMessage(client, userId, way, message, now);
  });
  return planned.nextAt === null ? null : new Date(planned.nextAt);
}

/** Tries what is due. Gives when the next one is. */
async function sendOpen({ pool, recipients, sender, clock, signal }: RoundParts, userId: UserId): Promise<Date | null> {
  const next: (Date | null)[] = [];
  for (const message of await openMessages(pool, userId)) {
    if (message.nextTryAt !== null && message.nextTryAt > clock.now()) {
      next.push(message.nextTryAt);
      continue;
    }
    if (!(await recipients.renew(userId))) throw new Error(`another process has taken over ${userId}`);
    next.push(await sender.attempt(userId, message, signal));
  }
  return earliest(next);
}

function earliest(times: readonly (Date | null)[]): Date | null {
  return times.reduce((one, other) => (one === null || (other !== null && other < one) ? other : one), null);
}
