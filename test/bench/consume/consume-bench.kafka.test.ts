import { figuresOf } from '../bench-process';

it('consume measures what it says, at a tiny size', async () => {
  const figures = await figuresOf('consume', '--runs', '1', '--events', '2000', '--templates', '5');
  expect(Object.keys(figures).sort()).toEqual(['events_per_s', 'kafkajs_per_s', 'ratio_kafkajs', 'rss_mib']);
  expect(Object.entries(figures).filter(([, value]) => !(value > 0))).toEqual([]);
}, 120_000);
