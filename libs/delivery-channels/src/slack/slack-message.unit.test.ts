import { parcelOf } from '../testing';
import { slackMessage } from './slack-message';

it('has subject, text and link', () => {
  expect(slackMessage(parcelOf([], { subject: 'Sales', text: 'Ready.\n' }))).toEqual({
    text: '*Sales*\n\nReady.\n\n<https://reports.example.org/r/1?token=link-token|Open the report> (until 2026-12-03T00:00:00.000Z)',
    unfurl_links: false,
    unfurl_media: false,
  });
});

it('has no link to a report where it is a notice', () =>
  expect(slackMessage(parcelOf([], { subject: 'Sales failed', text: 'Look at it.', notice: {} })).text).toBe(
    '*Sales failed*\n\nLook at it.',
  ));

it('lets no text call a channel, make a link or end the heading', () => {
  const { text } = slackMessage(
    parcelOf([], { subject: 'R&D * <!here>\nx', text: '<!channel> <https://evil.example|Open the report> &lt;' }),
  );
  expect(text).toContain('*R&amp;D ∗ &lt;!here&gt; x*');
  expect(text).toContain('&lt;!channel&gt; &lt;https://evil.example|Open the report&gt; &amp;lt;');
});

it('keeps the link whole, whatever it holds', () => {
  const link = { url: 'https://x.example/?a=1&b=|c>', expiresAt: new Date(0) };
  expect(slackMessage(parcelOf([], { link })).text).toContain(
    '<https://x.example/?a=1&amp;b=%7Cc&gt;|Open the report>',
  );
});

it('is no longer than Slack takes, and still has the link', () => {
  const { text } = slackMessage(parcelOf([], { text: '<'.repeat(39_000) }));
  expect(text.length).toBeLessThanOrEqual(40_000);
  expect(text).toMatch(/&lt;…\n\n<https:[^>]+\|Open the report> \(until [^)]+\)$/);
});
