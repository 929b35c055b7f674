import { readSettings } from '#platform';
import { retryPolicyOf } from './retry-settings';

it('tries what passes three times and nothing else again', () => {
  const delays = { firstDelaySeconds: 1, factor: 4, longestDelaySeconds: 300, jitter: 0.5 };
  expect(retryPolicyOf(readSettings({}))).toEqual({
    transient: { attempts: 3, ...delays },
    limit: { attempts: 1, ...delays },
    deadlineMinutes: null,
  });
});

it('is what the settings say', () => {
  const env = {
    ...{ EXPORT_MAX_ATTEMPTS: '5', EXPORT_LIMIT_ATTEMPTS: '2', EXPORT_RETRY_FIRST_SECONDS: '0.5' },
    ...{ EXPORT_RETRY_FACTOR: '2', EXPORT_RETRY_LONGEST_SECONDS: '60', EXPORT_RETRY_JITTER: '0' },
    EXPORT_RETRY_DEADLINE_MINUTES: '90',
  };
  const delays = { firstDelaySeconds: 0.5, factor: 2, longestDelaySeconds: 60, jitter: 0 };
  expect(retryPolicyOf(readSettings(env))).toEqual({
    transient: { attempts: 5, ...delays },
    limit: { attempts: 2, ...delays },
    deadlineMinutes: 90,
  });
});
