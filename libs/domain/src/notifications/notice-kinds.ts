/** What people are told of, the gravest first: where only some may be told now, it is these. */
export const NOTICE_KINDS = [
  'failed',
  'template_invalid',
  'delivery_failed',
  'schedule_paused',
  'circuit_opened',
  'stalled',
  'running_long',
  'completed_with_warnings',
  'output_expiring',
  'completed',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** `none`: the kind is of no interest. `email`: to the person's own address. `destination`: to the one that the person has named. */
export const NOTICE_CHANNELS = ['none', 'email', 'destination', 'both'] as const;
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number];

/** Each way has messages of its own. */
export const NOTICE_WAYS = ['email', 'destination'] as const;
export type NoticeWay = (typeof NOTICE_WAYS)[number];

export const WAYS_OF_CHANNEL: Readonly<Record<NoticeChannel, readonly NoticeWay[]>> = {
  none: [],
  email: ['email'],
  destination: ['destination'],
  both: NOTICE_WAYS,
};

/** `immediate`: as it happens. `hourly`: with all else of the hour. `daily`: once a day. */
export const NOTICE_TIMINGS = ['immediate', 'hourly', 'daily'] as const;
export type NoticeTiming = (typeof NOTICE_TIMINGS)[number];

/** How a person wants to be told of a kind. */
export interface NoticeChoice {
  readonly channel: NoticeChannel;
  readonly timing: NoticeTiming;
}

const AT_ONCE: NoticeChoice = { channel: 'email', timing: 'immediate' };
const NOT_AT_ALL: NoticeChoice = { channel: 'none', timing: 'immediate' };

/** How people are told who have not said how; where they have named a destination, there as well. What needs somebody to do something comes at once; what went well does not come. */
export const DEFAULT_CHOICES: Readonly<Record<NoticeKind, NoticeChoice>> = {
  failed: AT_ONCE,
  template_invalid: AT_ONCE,
  delivery_failed: AT_ONCE,
  schedule_paused: AT_ONCE,
  circuit_opened: AT_ONCE,
  stalled: AT_ONCE,
  running_long: AT_ONCE,
  completed_with_warnings: { channel: 'email', timing: 'daily' },
  output_expiring: NOT_AT_ALL,
  completed: NOT_AT_ALL,
};
