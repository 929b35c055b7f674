import { SCHEDULE_ID } from '../testing/samples';
import { occurrenceJobId } from './job-request';
import { startAfterOf } from './start-delay';

const minutes = Array.from({ length: 2000 }, (_, n) => new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString());
const delayOf = (nominalTime: string, jitterSeconds: number) => {
  const startAfter = startAfterOf(occurrenceJobId(SCHEDULE_ID, nominalTime), nominalTime, jitterSeconds);
  return Date.parse(startAfter ?? '') - Date.parse(nominalTime);
};

describe('the delay of a start', () => {
  it('is none without jitter', () =>
    expect(startAfterOf(occurrenceJobId(SCHEDULE_ID, minutes[0]!), minutes[0]!, 0)).toBeNull());

  it('is the same for the same schedule and nominal time', () => {
    expect(delayOf(minutes[0]!, 600)).toBe(delayOf(minutes[0]!, 600));
  });

  it('spreads evenly over the whole jitter', () => {
    const delays = minutes.map((minute) => delayOf(minute, 600));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(600_000);
    // 200 a tenth on average; 80 are six standard deviations.
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const within = delays.filter((delay) => delay >= tenth * 60_000 && delay < (tenth + 1) * 60_000).length;
      expect(Math.abs(within - 200)).toBeLessThan(80);
    }
  });

  it('reaches both ends', () => {
    const noon = '2026-11-23T12:00:00.000Z';
    expect(startAfterOf('00000000-0000-5000-8000-000000000000', noon, 60)).toBe(noon);
    expect(startAfterOf('ffffffff-0000-5000-8000-000000000000', noon, 60)).toBe('2026-11-23T12:01:00.000Z');
  });
});
