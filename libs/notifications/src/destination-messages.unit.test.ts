import { webhookNotice } from './destination-messages';
import { renderAlike } from './render-message';
import { factsOf } from './testing';

const links = { publicUrl: 'https://reports.example.org', unsubscribeUrl: null };
const notice = (written: string, count: number) => {
  const facts = Array.from({ length: count }, () => factsOf(written).failed);
  const [first = factsOf(written).failed, ...others] = facts;
  return webhookNotice(facts, true, renderAlike([first, ...others], links), links.publicUrl);
};

it('tells a program what a mail tells a person', () => {
  const { subject, text, count, notices } = notice('Sales', 1);
  expect([subject, count]).toEqual(['Sales failed', 1]);
  expect(text).toContain('What happened: Sales');
  expect(text).not.toContain('Stop them');
  expect(notices).toMatchObject([
    {
      ...{ kind: 'failed', headline: 'Sales failed', advice: expect.stringContaining('retry the job') as unknown },
      details: [{ label: 'Due' }, { label: 'What happened', value: 'Sales' }, { label: 'Code' }],
      url: expect.stringMatching(/^https:\/\/reports\.example\.org\/v1\/job-requests\//) as unknown,
    },
  ]);
});

it('names as many as the text does, and counts the rest', () => {
  const { count, notices } = notice('Sales', 499);
  expect([count, notices.length]).toEqual([499, 21]);
  expect(JSON.stringify(notice('x'.repeat(10_000), 499)).length).toBeLessThan(64_000);
});

it('shows what others wrote in one line, in its own direction', () =>
  expect(JSON.stringify(notice('a\r\nb\u202Ec', 1).notices)).not.toMatch(/\\r|\\n|\u202e/u));
