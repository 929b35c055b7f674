import type { RetryPolicy } from '#domain';
import type { Settings } from '#platform';

/** What follows failed attempts of templates without a policy of their own, and of standard exports. */
export function retryPolicyOf(settings: Settings): RetryPolicy {
  const delays = {
    firstDelaySeconds: settings.EXPORT_RETRY_FIRST_SECONDS,
    factor: settings.EXPORT_RETRY_FACTOR,
    longestDelaySeconds: settings.EXPORT_RETRY_LONGEST_SECONDS,
    jitter: settings.EXPORT_RETRY_JITTER,
  };
  return {
    transient: { attempts: settings.EXPORT_MAX_ATTEMPTS, ...delays },
    limit: { attempts: settings.EXPORT_LIMIT_ATTEMPTS, ...delays },
    deadlineMinutes: settings.EXPORT_RETRY_DEADLINE_MINUTES ?? null,
  };
}
