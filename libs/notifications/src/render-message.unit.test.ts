import { NOTICE_KINDS } from '#domain';
import type { NoticeFacts } from './notice-facts';
import {
  kindsOf,
  namedNotices,
  recordedNotices,
  renderAlike,
  renderDigest,
  renderTest,
  type RenderedMessage,
} from './render-message';
import { everyKind, factsOf } from './testing';

const links = { publicUrl: 'https://reports.example.org', unsubscribeUrl: 'https://reports.example.org/u?a=1&b=2' };
const facts = factsOf('Delayed flights');
const hostile = '<script>alert(1)</script>"\'&amp;\r\nBcc: eve@example.org\u202Egpj.exe\u2066';
const wholeOf = ({ subject, text, html }: RenderedMessage) => `${subject}\n${text}\n${html}`;

describe.each(NOTICE_KINDS)('a notice of the kind %s', (kind) => {
  it('has a subject, a text and HTML that name what it is about and where to look', () => {
    const { subject, text, html } = renderAlike([facts[kind]], links);
    for (const part of [subject, text, html]) expect(part).toContain('Delayed flights');
    for (const part of [text, html])
      expect(part).toMatch(/https:\/\/reports\.example\.org\/v1\/(job-requests\/|schedules\/|job-queue)/);
    expect(text).toMatch(/2026-11-23 (07:30 \(Europe\/Berlin\)|06:30 \(UTC\))/);
  });
  it('has a way to stop such notices', () => {
    const { text, html } = renderAlike([facts[kind]], links);
    expect(text).toContain(`Stop them: ${links.unsubscribeUrl}`);
    expect(html).toContain('href="https://reports.example.org/u?a=1&amp;b=2"');
  });
  it('shows what others wrote as text, in one line, in its own direction', () => {
    const { subject, text, html } = renderAlike([factsOf(hostile)[kind]], links);
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).not.toMatch(/^Bcc:/m);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;amp;');
    expect(subject + text + html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/u);
  });
  it('cuts what is endless, and halves no character', () => {
    const message = renderAlike([factsOf('😀'.repeat(10_000))[kind]], links);
    expect(Array.from(message.subject).length).toBeLessThan(300);
    expect(message.text.length).toBeLessThan(4_000);
    expect(wholeOf(message).isWellFormed()).toBe(true);
    expect(message.subject).toContain('…');
  });
});

it('tells where a report did not arrive, and nobody’s address', () => {
  const { subject, text, html } = renderAlike([{ ...facts.delivery_failed, report: 'Sales' }], links);
  expect(subject).toBe('Sales was not delivered');
  expect(text).toContain('To: Delayed flights (webhook)\nWhat happened: Delayed flights\nCode: delivery.unreachable\n');
  expect(text).toContain('Attempts: 6\n');
  expect(html).toContain('<td>Delayed flights (webhook)</td>');
  const mailed = { ...facts.delivery_failed, destination: null } as NoticeFacts;
  expect(renderAlike([mailed], links).text).toContain('To: e-mail\n');
});

it('tells who of a list gets no report', () => {
  const { report, jobId, nominalTime, timeZone } = facts.failed;
  const run = { report, jobId, nominalTime, timeZone, code: 'value.missing', message: 'Row 2 has no address.' };
  const list = { kind: 'delivery_failed', ...run, deliveryId: null } as const;
  const some = renderAlike([{ ...list, leftOut: 1200 }], links);
  expect(some.subject).toBe('1,200 of the list Delayed flights get no report');
  expect(some.text).toContain('What happened: Row 2 has no address.\nCode: value.missing\n');
  expect(some.html).toContain('The others get theirs.');
  const none = renderAlike([{ ...list, leftOut: null }], links);
  expect(none.subject).toBe('Nobody of the list Delayed flights gets a report');
  expect(none.text).toContain('Mend the cause');
});

it('tells since when a report waits, and how many attempts it has had', () => {
  const { subject, text, html } = renderAlike([facts.stalled], links);
  expect(subject).toBe('Delayed flights waits longer than it should');
  expect(text).toContain('Waiting since: 2026-11-23 07:31 (Europe/Berlin)\nAttempts so far: 0\n');
  expect(html).toContain('2026-11-23 07:31 (Europe/Berlin)');
});

it.each([
  [1_800_000, 'ceiling', 'more than 30\nWhy that is long: No report is expected to take as long.'],
  // Not 1.2 minutes yet.
  [71_999, 'history', 'more than 1.1\nWhy that is long: Its earlier runs were far quicker.'],
  [6_000, 'ceiling', 'more than 0.1\n'],
] as const)('tells that a report runs longer than %d ms, and why that is long by %s', (limitMs, basis, told) => {
  const { subject, text } = renderAlike([{ ...facts.running_long, limitMs, basis }], links);
  expect(subject).toBe('Delayed flights runs longer than it should');
  expect(text).toContain(`Minutes so far: ${told}`);
  expect(text).toContain('Attempt: 2\n');
});

it('tells one in full and how many more are like it', () => {
  const others = Array.from({ length: 498 }, () => facts.failed);
  const { subject, text, html } = renderAlike([facts.failed, ...others], links);
  expect(subject).toBe('Delayed flights failed and 498 more like it');
  for (const part of [text, html]) {
    expect(part).toContain('data_source.unreachable');
    expect(part).toContain('and 478 more');
  }
  expect(text.match(/^- Delayed flights failed/gm)).toHaveLength(20);
});

it('tells different ones by a line each, the gravest first', () => {
  const notices = [facts.completed, facts.failed, facts.completed];
  const { subject, text, html } = renderDigest(notices, links);
  expect(subject).toBe('Your notices: failed reports (1), completed reports (2)');
  expect(text.indexOf('Delayed flights failed')).toBeLessThan(text.indexOf('Delayed flights is ready'));
  expect(html.match(/<li>/g)).toHaveLength(3);
  expect(wholeOf(renderDigest(everyKind(hostile), links))).not.toContain('<script>alert(1)</script>"\'&amp;\r\n');
  expect(renderDigest(everyKind(hostile), links).html).not.toContain('<script');
});

it('lists as many as a person reads, and counts the rest', () => {
  const { text } = renderDigest(
    Array.from({ length: 300 }, () => facts.completed),
    links,
  );
  expect(text.match(/^- Delayed/gm)).toHaveLength(20);
  expect(text).toContain('- and 280 more');
});

it('writes a test message, which has nothing to stop', () => {
  const test = renderTest({ ...links, unsubscribeUrl: null });
  expect(test.subject).toBe('A test message');
  expect(wholeOf(test)).not.toContain('Stop them');
});

it.each([true, false])('knows which of the notices it names, alike: %s', (alike) => {
  const numbered = (list: readonly NoticeFacts[]) => list.map((each, place) => ({ ...each, report: `<${place}>` }));
  const notices = numbered(
    Array.from({ length: 40 }, (_, place) => (alike || place > 20 ? facts.failed : facts.completed)),
  );
  const [first, ...others] = notices;
  if (first === undefined) throw new Error('there is a first one');
  const { text } = alike ? renderAlike([first, ...others], links) : renderDigest(notices, links);
  const named = notices.filter(({ report }) => text.includes(report));
  expect(new Set(namedNotices(notices, alike))).toEqual(new Set(named));
  expect(named).toHaveLength(alike ? 21 : 20);
});

it('puts on record what it names, and a hundred at most', () => {
  const notices = Array.from({ length: 300 }, (_, place) => ({
    ...facts[place < 250 ? 'completed' : 'failed'],
    place,
  }));
  const recorded = recordedNotices(notices, false);
  expect(recorded).toHaveLength(100);
  expect(recorded.slice(0, 20)).toEqual(namedNotices(notices, false));
  expect(recordedNotices(notices, true).map(({ place }) => place)).toEqual(
    Array.from({ length: 100 }, (_, place) => place),
  );
});

it('names each kind once', () => {
  expect(kindsOf([facts.completed, facts.failed, facts.completed])).toEqual(['failed', 'completed']);
});
