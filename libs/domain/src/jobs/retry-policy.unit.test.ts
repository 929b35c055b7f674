import { retryPolicy } from '../testing/samples';
import { mostAttempts, retryDelayMs, retryRuleOf } from './retry-policy';

const rule = { attempts: 9, firstDelaySeconds: 1, factor: 4, longestDelaySeconds: 300, jitter: 0.5 };

it('waits longer after each attempt, five minutes at most', () => {
  const delays = [1, 2, 3, 4, 5, 6, 1000].map((attempt) => retryDelayMs(rule, attempt, 0));
  expect(delays).toEqual([1000, 4000, 16_000, 64_000, 256_000, 300_000, 300_000]);
});

it('takes off a random share of the jitter', () => {
  expect(retryDelayMs(rule, 3, 0.5)).toBe(12_000);
  expect(retryDelayMs(rule, 3, 0.999_999)).toBe(8000);
  expect(retryDelayMs({ ...rule, jitter: 0 }, 3, 0.9)).toBe(16_000);
  expect(retryDelayMs({ ...rule, jitter: 1 }, 1, 0.999_999)).toBe(0);
});

it('waits for fractions of seconds, and always as long where the factor is 1', () => {
  const steady = { ...rule, firstDelaySeconds: 0.25, factor: 1 };
  expect([1, 2, 20].map((attempt) => retryDelayMs(steady, attempt, 0))).toEqual([250, 250, 250]);
});

it('has a rule for each class but the permanent one', () => {
  const policy = retryPolicy({ limit: { ...rule, attempts: 4 } });
  expect(retryRuleOf(policy, 'transient')).toBe(policy.transient);
  expect(retryRuleOf(policy, 'limit')).toBe(policy.limit);
  expect(retryRuleOf(policy, 'permanent')).toBeNull();
  expect(mostAttempts(policy)).toBe(4);
  expect(mostAttempts(retryPolicy())).toBe(3);
});
