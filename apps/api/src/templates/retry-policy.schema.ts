import { z } from 'zod';

const DAY_SECONDS = 86_400;
const seconds = z.number().min(0).max(DAY_SECONDS);

const rule = {
  attempts: z.int().min(1).max(20).describe('Attempts in all, after failures of this class.'),
  firstDelaySeconds: seconds.describe('Wait after the first attempt.'),
  factor: z.number().min(1).max(100).describe('By which each further wait is longer.'),
  longestDelaySeconds: seconds,
  jitter: z.number().min(0).max(1).describe('Part of a wait of which a random share is taken off.'),
};
const deadlineMinutes = z
  .int()
  .min(1)
  .max(525_600)
  .nullable()
  .describe('From the start of the first attempt; no other one begins after it. Null: no end.');
const AFTER_TRANSIENT = 'After failures that pass. Lost attempts count among these, and wait for nothing.';
const AFTER_LIMIT = 'Where the report met a limit.';

const ruleOf = z.object(rule).meta({ id: 'RetryRule' });
export const retryPolicy = z
  .object({
    transient: ruleOf.describe(AFTER_TRANSIENT),
    limit: ruleOf.describe(AFTER_LIMIT),
    deadlineMinutes,
  })
  .meta({
    id: 'RetryPolicy',
    description: 'What follows failed attempts. After a permanent failure none does.',
  });

const DELAYS = { firstDelaySeconds: 1, factor: 4, longestDelaySeconds: 300, jitter: 0.5 };
const ruleInput = z
  .strictObject({
    attempts: rule.attempts,
    firstDelaySeconds: rule.firstDelaySeconds.default(DELAYS.firstDelaySeconds),
    factor: rule.factor.default(DELAYS.factor),
    longestDelaySeconds: rule.longestDelaySeconds.default(DELAYS.longestDelaySeconds),
    jitter: rule.jitter.default(DELAYS.jitter),
  })
  .refine(({ firstDelaySeconds, longestDelaySeconds }) => firstDelaySeconds <= longestDelaySeconds, {
    path: ['longestDelaySeconds'],
    error: 'must not be less than firstDelaySeconds',
  })
  .meta({ id: 'RetryRuleInput' });
export const retryPolicyInput = z
  .strictObject({
    transient: ruleInput.describe(AFTER_TRANSIENT),
    limit: ruleInput.default({ attempts: 1, ...DELAYS }).describe(AFTER_LIMIT),
    deadlineMinutes: deadlineMinutes.default(null),
  })
  .meta({ id: 'RetryPolicyInput' });
