import { NOTICE_KINDS, type NoticeKind } from '#domain';
import type { NoticeFacts } from './notice-facts';
import { htmlPage, textPage, type Page } from './templates/layout';
import { storyOf, type Story } from './templates/story';

export interface RenderedMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MessageLinks {
  /** Where people reach the API, without a slash at its end. */
  readonly publicUrl: string;
  /** Where mails of these kinds can be stopped; null where others may read it, and for a test. */
  readonly unsubscribeUrl: string | null;
}

interface OfKind {
  readonly kind: NoticeKind;
}

/** Notices that a message lists, besides one that it tells in full; how many more there are is said. */
const LISTED = 20;
/** A record of them is 4 KB large; of all that a message may tell, it could be a megabyte. */
const MOST_RECORDED = 100;

/** How a kind is called in the plural. */
export const KIND_NAMES: Readonly<Record<NoticeKind, string>> = {
  failed: 'failed reports',
  template_invalid: 'templates that need a revision',
  delivery_failed: 'reports that were not delivered',
  schedule_paused: 'paused schedules',
  circuit_opened: 'data sources that do not answer',
  stalled: 'reports that wait too long',
  running_long: 'reports that run too long',
  completed_with_warnings: 'reports with warnings',
  output_expiring: 'reports whose files will be removed',
  completed: 'completed reports',
};

/** Alike notices: the first one in full, the others by a line each. */
export function renderAlike(notices: readonly [NoticeFacts, ...NoticeFacts[]], links: MessageLinks): RenderedMessage {
  const [first, ...others] = notices;
  const story = storyOf(first);
  const count = others.length === 0 ? '' : ` and ${others.length} more like it`;
  return rendered(`${story.headline}${count}`, {
    story,
    introduction: others.length === 0 ? null : `${others.length} more like it:`,
    ...listOf(others, links),
    url: `${links.publicUrl}${story.path}`,
    footer: footerOf([first.kind], links),
  });
}

/** Different notices, the gravest first, by a line each. */
export function renderDigest(notices: readonly NoticeFacts[], links: MessageLinks): RenderedMessage {
  const kinds = kindsOf(notices);
  const counts = kinds.map((of) => `${KIND_NAMES[of]} (${notices.filter(({ kind }) => kind === of).length})`);
  return rendered(`Your notices: ${counts.join(', ')}`, {
    story: null,
    introduction: null,
    ...listOf(gravestFirst(notices), links),
    url: `${links.publicUrl}/v1/notifications`,
    footer: footerOf(kinds, links),
  });
}

/** What a person gets who asks for a test. */
export function renderTest({ publicUrl }: MessageLinks): RenderedMessage {
  return rendered('A test message', {
    story: null,
    introduction: 'You asked for it, and it arrived: notices about your reports come the same way.',
    list: [],
    more: 0,
    url: `${publicUrl}/v1/users/me/notification-preferences`,
    footer: { reason: 'You get this message because somebody asked for a test.', unsubscribeUrl: null },
  });
}

/** Of what a message tells, the notices that it names; the others it counts. 21 at most. */
export function namedNotices<Notice extends OfKind>(notices: readonly Notice[], alike: boolean): readonly Notice[] {
  return alike ? notices.slice(0, LISTED + 1) : gravestFirst(notices).slice(0, LISTED);
}

/** Of what a message tells, the notices whose events go on record with it: those that it names and the next ones, 100 at most. */
export function recordedNotices<Notice extends OfKind>(notices: readonly Notice[], alike: boolean): readonly Notice[] {
  return (alike ? notices : gravestFirst(notices)).slice(0, MOST_RECORDED);
}

/** Each kind once, the gravest first. */
export function kindsOf(notices: readonly OfKind[]): readonly NoticeKind[] {
  return NOTICE_KINDS.filter((of) => notices.some(({ kind }) => kind === of));
}

function gravestFirst<Notice extends OfKind>(notices: readonly Notice[]): readonly Notice[] {
  return notices.toSorted((one, other) => NOTICE_KINDS.indexOf(one.kind) - NOTICE_KINDS.indexOf(other.kind));
}

function rendered(heading: string, page: Omit<Page, 'heading'>): RenderedMessage {
  const whole = { heading, ...page };
  return { subject: heading, text: textPage(whole), html: htmlPage(whole) };
}

function listOf(notices: readonly NoticeFacts[], { publicUrl }: MessageLinks): Pick<Page, 'list' | 'more'> {
  return {
    list: notices.slice(0, LISTED).map((facts) => itemOf(storyOf(facts), publicUrl)),
    more: Math.max(0, notices.length - LISTED),
  };
}

function itemOf({ headline, details, path }: Story, publicUrl: string): Page['list'][number] {
  const [label, value] = details[0] ?? [];
  return {
    line: label === undefined ? headline : `${headline} (${label.toLowerCase()} ${value})`,
    url: `${publicUrl}${path}`,
  };
}

function footerOf(kinds: readonly NoticeKind[], { unsubscribeUrl }: MessageLinks): Page['footer'] {
  const names = kinds.map((kind) => KIND_NAMES[kind]).join(', ');
  return { reason: `You get messages about ${names} because your preferences say so.`, unsubscribeUrl };
}
