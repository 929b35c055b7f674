import type { NoticeKind } from '#domain';
import type { NoticeFacts } from './notice-facts';
import { namedNotices, type RenderedMessage } from './render-message';
import { storyOf } from './templates/story';

/** What a webhook is told beside the event and its id, the same in every attempt; documented in docs/reference/delivery-channels.md. */
export interface WebhookNotice {
  readonly subject: string;
  readonly text: string;
  /** How many notices there are; 0 for a test. */
  readonly count: number;
  /** Those that the text names. */
  readonly notices: readonly {
    readonly kind: NoticeKind;
    readonly headline: string;
    readonly details: readonly { readonly label: string; readonly value: string }[];
    readonly advice: string;
    /** Where to look. */
    readonly url: string;
  }[];
}

/** The same words as in a mail, apart from each other, for programs. */
export function webhookNotice(
  facts: readonly NoticeFacts[],
  alike: boolean,
  { subject, text }: RenderedMessage,
  publicUrl: string,
): WebhookNotice {
  const notices = namedNotices(facts, alike).map((named) => {
    const { headline, details, advice, path } = storyOf(named);
    const labelled = details.map(([label, value]) => ({ label, value }));
    return { kind: named.kind, headline, details: labelled, advice, url: `${publicUrl}${path}` };
  });
  return { subject, text, count: facts.length, notices };
}
