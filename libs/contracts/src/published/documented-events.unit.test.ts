import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicNameOf } from '../topics';
import { AGGREGATE_NAMES, PUBLISHED_EVENTS } from './published-events';

const docs = join(__dirname, '../../../../docs');
const events = readFileSync(join(docs, 'reference/events.md'), 'utf8');
const consuming = readFileSync(join(docs, 'guides/consume-events.md'), 'utf8');

it.each(AGGREGATE_NAMES)('the events of %s are documented, all and no others', (aggregate) => {
  const [, section = ''] = events.split(`\n## ${aggregate}\n`);
  const [own = ''] = section.split('\n## ');
  const named = [...own.matchAll(/^\| `([A-Z]\w+)` +\|/gm)].map(([, type]) => type);
  expect(named.sort()).toEqual(Object.keys(PUBLISHED_EVENTS[aggregate]).sort());
});

it('streams and topics are documented, all and no others', () => {
  const [envelope = ''] = /^\| `stream_id` .*$/m.exec(events) ?? [];
  expect([...envelope.matchAll(/`([a-z]+)-</g)].map(([, name]) => name).sort()).toEqual([...AGGREGATE_NAMES].sort());
  const topics = [...consuming.matchAll(/^\| `(report-scheduler\.\S+)` +\|/gm)].map(([, topic]) => topic);
  expect(topics.sort()).toEqual(AGGREGATE_NAMES.map((name) => topicNameOf('report-scheduler', name)).sort());
});
