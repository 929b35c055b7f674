import { killRepeatedly } from '../chaos/kill';

it('loses and doubles nothing when the server is killed at random moments during a burst of schedules', async () => {
  const lines: string[] = [];
  const result = await killRepeatedly({ kills: 3, schedules: 150, seed: 20_261_123, log: (line) => lines.push(line) });
  expect(result.violations).toEqual([]);
  expect(result.kills).toBe(3);
  expect(result.jobs).toBeGreaterThanOrEqual(150);
  expect(lines).toHaveLength(3);
}, 420_000);
