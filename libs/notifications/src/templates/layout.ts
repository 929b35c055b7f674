import { html, type Html } from './html';
import type { Story } from './story';

/** What a message says, before it is text or HTML. */
export interface Page {
  readonly heading: string;
  /** The notice that is told in full; null for a digest. */
  readonly story: Story | null;
  /** Sentences above the list, or instead of it. */
  readonly introduction: string | null;
  /** Further notices, a line each. */
  readonly list: readonly { readonly line: string; readonly url: string }[];
  /** How many there are besides. */
  readonly more: number;
  readonly url: string;
  readonly footer: { readonly reason: string; readonly unsubscribeUrl: string | null };
}

export function textPage({ heading, story, introduction, list, more, url, footer }: Page): string {
  const details = (story?.details ?? []).map(([label, value]) => `${label}: ${value}`);
  const listed = [...list.map((item) => `- ${item.line}\n  ${item.url}`), ...(more > 0 ? [`- and ${more} more`] : [])];
  const paragraphs = [
    `${heading}.`,
    details.join('\n'),
    story?.advice ?? '',
    `Look at ${url}`,
    introduction ?? '',
    listed.join('\n'),
    [`-- `, footer.reason, ...(footer.unsubscribeUrl === null ? [] : [`Stop them: ${footer.unsubscribeUrl}`])].join(
      '\n',
    ),
  ];
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`;
}

export function htmlPage({ heading, story, introduction, list, more, url, footer }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${heading}</title>
      </head>
      <body>
        <h1>${heading}</h1>
        ${detailTable(story)} ${story === null ? '' : html`<p>${story.advice}</p>`}
        <p><a href="${url}">Look at it</a></p>
        ${introduction === null ? '' : html`<p>${introduction}</p>`} ${furtherNotices(list, more)}
        <hr />
        <p>
          ${footer.reason}${footer.unsubscribeUrl === null ? '' : html` <a href="${footer.unsubscribeUrl}">Stop them</a>`}
        </p>
      </body>
    </html> `.text;
}

function detailTable(story: Story | null): Html | string {
  if (story === null) return '';
  const rows = story.details.map(
    ([label, value]) =>
      html`<tr>
        <th align="left">${label}</th>
        <td>${value}</td>
      </tr>`,
  );
  return html`<table>
    ${rows}
  </table>`;
}

function furtherNotices(list: Page['list'], more: number): Html | string {
  if (list.length === 0) return '';
  const items = list.map(({ line, url }) => html`<li><a href="${url}">${line}</a></li>`);
  return html`<ul>
    ${items}${more > 0 ? html`<li>and ${more} more</li>` : ''}
  </ul>`;
}
