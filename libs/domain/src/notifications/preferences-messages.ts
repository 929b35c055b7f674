import type { DestinationId, Instant, TimeZone, UserId } from '../identifiers';
import type { WallTime } from '../schedules/recurrence';
import type { NoticeChoice, NoticeKind } from './notice-kinds';

/** How a person wants to be told of one kind. */
export interface KindChoice extends NoticeChoice {
  readonly kind: NoticeKind;
}

/** From one time on the wall to another; past midnight where the second is the earlier one. */
export interface QuietHours {
  readonly from: WallTime;
  /** No longer one of them. */
  readonly to: WallTime;
}

export interface NotificationPreferences {
  /** At most one a kind, in the order of `NOTICE_KINDS`. A kind that is missing is told as `DEFAULT_CHOICES` says. */
  readonly choices: readonly KindChoice[];
  /** The zone of the times below, and of the hours. */
  readonly timeZone: TimeZone;
  /** When the daily digest is due. */
  readonly dailyAt: WallTime;
  /** What falls due in them is held till their end; null: there are none. */
  readonly quietHours: QuietHours | null;
  /** Whether reports that failed for good are told in quiet hours all the same. */
  readonly failuresPassQuietHours: boolean;
  /** A webhook or Slack channel that gets messages beside or instead of the person's address; null: none. */
  readonly destinationId: DestinationId | null;
}

/** What counts before a person has said anything. */
export const DEFAULT_PREFERENCES: NotificationPreferences = {
  choices: [],
  timeZone: 'UTC',
  dailyAt: '08:00',
  quietHours: null,
  failuresPassQuietHours: false,
  destinationId: null,
};

interface Change {
  readonly userId: UserId;
  readonly by: UserId;
  readonly at: Instant;
}

export type PreferencesCommand =
  | ({ readonly type: 'SetNotificationPreferences'; readonly preferences: NotificationPreferences } & Change)
  /** From a link in a mail: no more mails of these kinds. What goes to a destination stays. */
  | ({ readonly type: 'Unsubscribe'; readonly kinds: readonly NoticeKind[] } & Change);

/** The preferences as a whole, as they are from then on. */
export type PreferencesEvent = {
  readonly type: 'NotificationPreferencesSet';
  readonly preferences: NotificationPreferences;
} & Change;

/** `set` is false before the person, or an administrator, has said anything. */
export interface PreferencesState {
  readonly set: boolean;
  readonly preferences: NotificationPreferences;
}

export interface PreferencesProblem {
  readonly code: 'kind.repeated' | 'quiet_hours.empty' | 'channel.without_destination';
  /** JSON pointer into the preferences. */
  readonly pointer: string;
  readonly message: string;
}

export interface PreferencesRefusal {
  readonly code: 'preferences.invalid';
  readonly problems: readonly PreferencesProblem[];
}
