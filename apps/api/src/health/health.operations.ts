import { z } from 'zod';
import { operation } from '../http/operation';

const tag = 'Health';
const report = z
  .object({
    ready: z.boolean(),
    checks: z.array(z.object({ name: z.string(), problem: z.string().nullable() })),
    remarks: z.array(z.string()).describe('What works as it was set up, but not as somebody may expect.'),
  })
  .meta({ id: 'HealthReport' });

export const healthOperations = {
  live: operation({
    id: 'isLive',
    method: 'get',
    path: '/health/live',
    tag,
    summary: 'Whether the process answers at all',
    access: 'public',
    response: z.object({ live: z.literal(true) }).meta({ id: 'Liveness' }),
  }),
  ready: operation({
    id: 'isReady',
    method: 'get',
    path: '/health/ready',
    tag,
    summary: 'Whether every part is well: 200, or 503 with the same list',
    access: 'public',
    response: report,
  }),
};
