import type { Parcel } from '../delivery-channel';
import { oneLine } from '../text-line';

/** Slack cuts longer texts, in characters. @see https://api.slack.com/methods/chat.postMessage#truncating */
const LIMIT = 40_000;

/** What Slack's incoming webhooks take. Links are not unfolded: Slack would fetch them, and with them the report. */
export interface SlackMessage {
  readonly text: string;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

export function slackMessage({ subject, text, link, notice }: Parcel): SlackMessage {
  const heading = `*${escaped(oneLine(subject)).replaceAll('*', '∗')}*`;
  const report = `<${address(link.url)}|Open the report> (until ${link.expiresAt.toISOString()})`;
  const ending = notice === undefined ? [report] : [];
  const room = LIMIT - heading.length - report.length - 4;
  return { text: [heading, cut(text, room), ...ending].join('\n\n'), unfurl_links: false, unfurl_media: false };
}

/**
 * The three characters that Slack reads as its own, so that no text can call a channel (`<!channel>`) or disguise a link.
 * @see https://api.slack.com/reference/surfaces/formatting#escaping
 */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `|` ends the address in Slack's links. */
const address = (url: string): string => escaped(url.replaceAll('|', '%7C'));

/** Escaped and cut to a number of characters, none of which is halved. */
function cut(text: string, limit: number): string {
  const whole = escaped(text.trim());
  if (whole.length <= limit) return whole;
  let length = 0;
  const kept: string[] = [];
  for (const character of text.trim()) {
    const shown = escaped(character);
    if (length + shown.length >= limit) break;
    kept.push(shown);
    length += shown.length;
  }
  return `${kept.join('')}…`;
}
