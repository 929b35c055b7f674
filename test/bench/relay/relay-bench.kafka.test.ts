import { figuresOf } from '../bench-process';

it('relay measures what it says, at a tiny size', async () => {
  const figures = await figuresOf('relay', '--runs', '1', '--events', '2000', '--templates', '5');
  expect(Object.keys(figures).sort()).toEqual(['events_per_s', 'kafkajs_per_s', 'limit_ratio', 'rss_mib']);
  expect(Object.entries(figures).filter(([, value]) => !(value > 0))).toEqual([]);
}, 120_000);
