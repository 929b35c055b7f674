import type { Instant } from '../identifiers';
import { isBefore, millisecondsOf, toInstant } from '../instants';
import { NOTICE_KINDS, type NoticeKind, type NoticeWay } from './notice-kinds';
import { heldUntil, releaseOf } from './notice-times';
import { choiceOf, waysOf } from './preferences';
import type { NotificationPreferences } from './preferences-messages';

/** Something that one person is to be told of. */
export interface WaitingNotice {
  readonly noticeId: string;
  readonly kind: NoticeKind;
  /** What notices of a kind that are told together share, such as the code of a failure. */
  readonly likeness: string;
  /** When it happened; in the future for what is told of before it happens. */
  readonly at: Instant;
}

/** A message that the person was sent by the same way. */
export interface SentMessage {
  readonly at: Instant;
  /** What its notices share; null for those that gather different ones. */
  readonly alike: Pick<WaitingNotice, 'kind' | 'likeness'> | null;
}

export interface NoticeLimits {
  /** Messages to one person by one way in any hour, at least 1. */
  readonly perHour: number;
  /** After a message, those alike are gathered for so many minutes. */
  readonly gatherMinutes: number;
}

export interface PlannedMessage {
  /** Null for a digest of different ones. */
  readonly alike: SentMessage['alike'];
  /** What it tells, oldest first; one at least. */
  readonly noticeIds: readonly string[];
}

export interface NoticePlan {
  /** To be sent now. */
  readonly messages: readonly PlannedMessage[];
  /** Of kinds that are not told by this way any more: never told by it. */
  readonly dropped: readonly string[];
  /** When there is something to be planned next; null: when something happens. */
  readonly nextAt: Instant | null;
}

export interface NoticeQuestion {
  readonly way: NoticeWay;
  /** All that wait for the person and this way. */
  readonly waiting: readonly WaitingNotice[];
  /** Sent in the last hour, or in the last `gatherMinutes` where that is longer; more do no harm. */
  readonly recent: readonly SentMessage[];
  readonly preferences: NotificationPreferences;
  readonly limits: NoticeLimits;
  readonly now: Instant;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * What one person is told now by one way. Alike ones make one message, and so do those of a digest. Nothing is lost to the limit: what is
 * above it goes into the last message that there is room for, or waits until there is room again.
 */
export function planNotices({ way, waiting, recent, preferences, limits, now }: NoticeQuestion): NoticePlan {
  const dropped: string[] = [];
  const groups = new Map<string, Group>();
  const later: Instant[] = [];
  for (const notice of waiting.toSorted(oldestFirst)) {
    if (!waysOf(preferences, notice.kind).includes(way)) {
      dropped.push(notice.noticeId);
      continue;
    }
    const { timing } = choiceOf(preferences, notice.kind);
    const alike = timing === 'immediate' ? { kind: notice.kind, likeness: notice.likeness } : null;
    const gathered = alike && gatheredUntil(alike, recent, limits);
    const release = latest(releaseOf(timing, notice.at, preferences), gathered ?? now, now);
    const due = heldUntil(notice.kind, release, preferences) ?? release;
    if (isBefore(now, due)) later.push(due);
    else addTo(groups, alike, notice);
  }
  const room = roomAt(recent, limits, now);
  const messages = within(room.left, [...groups.values()].toSorted(gravestFirst)).map(({ alike, notices }) => ({
    alike,
    noticeIds: notices.map(({ noticeId }) => noticeId),
  }));
  if (groups.size > 0 && room.left === 0 && room.nextAt !== null) later.push(room.nextAt);
  return { messages, dropped, nextAt: later.toSorted()[0] ?? null };
}

interface Group {
  readonly alike: SentMessage['alike'];
  readonly notices: WaitingNotice[];
}

function addTo(groups: Map<string, Group>, alike: SentMessage['alike'], notice: WaitingNotice): void {
  const key = JSON.stringify(alike && [alike.kind, alike.likeness]);
  const group = groups.get(key);
  if (group) group.notices.push(notice);
  else groups.set(key, { alike, notices: [notice] });
}

/** So many messages at most; the last one takes all that is left. */
function within(room: number, groups: readonly Group[]): readonly Group[] {
  if (groups.length <= room) return groups;
  if (room === 0) return [];
  const rest = groups.slice(room - 1).flatMap(({ notices }) => notices);
  return [...groups.slice(0, room - 1), { alike: null, notices: rest.toSorted(oldestFirst) }];
}

/** How many messages may still go out, and when the next one may where it is none. */
function roomAt(recent: readonly SentMessage[], { perHour }: NoticeLimits, now: Instant) {
  const hourAgo = toInstant(millisecondsOf(now) - HOUR_MS);
  const counted = recent
    .map(({ at }) => at)
    .filter((at) => isBefore(hourAgo, at))
    .toSorted();
  const left = Math.max(0, perHour - counted.length);
  // The one whose hour must be over for there to be room for one.
  const blocking = counted[counted.length - perHour];
  return { left, nextAt: blocking === undefined ? null : toInstant(millisecondsOf(blocking) + HOUR_MS) };
}

/** Null when nothing alike was told before. */
function gatheredUntil(
  alike: NonNullable<SentMessage['alike']>,
  recent: readonly SentMessage[],
  { gatherMinutes }: NoticeLimits,
): Instant | null {
  const last = recent
    .filter((sent) => sent.alike?.kind === alike.kind && sent.alike.likeness === alike.likeness)
    .map(({ at }) => at)
    .toSorted()
    .at(-1);
  return last === undefined ? null : toInstant(millisecondsOf(last) + gatherMinutes * MINUTE_MS);
}

function latest(...instants: readonly [Instant, ...Instant[]]): Instant {
  return instants.reduce((one, other) => (isBefore(one, other) ? other : one));
}

function oldestFirst(one: WaitingNotice, other: WaitingNotice): number {
  return millisecondsOf(one.at) - millisecondsOf(other.at) || (one.noticeId < other.noticeId ? -1 : 1);
}

function gravestFirst(one: Group, other: Group): number {
  return gravityOf(one) - gravityOf(other);
}

function gravityOf({ notices }: Group): number {
  return Math.min(...notices.map(({ kind }) => NOTICE_KINDS.indexOf(kind)));
}
