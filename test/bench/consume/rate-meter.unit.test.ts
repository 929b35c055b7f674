import { RateMeter } from './rate-meter';

it('gives the rate of what came after the first batch, once all has come', () => {
  const now = jest.spyOn(performance, 'now').mockReturnValueOnce(1000).mockReturnValueOnce(3000);
  const meter = new RateMeter(100);
  expect(meter.add(20)).toBeUndefined();
  expect(meter.add(30)).toBeUndefined();
  expect(meter.add(50)).toBe(40);
  now.mockRestore();
});
