import { auditOperations } from '../audit/audit.operations';
import { calendarOperations } from '../calendars/calendar.operations';
import { backfillOperations } from '../backfills/backfill.operations';
import { dataSourceOperations } from '../data-sources/data-source.operations';
import { datasetOperations } from '../datasets/dataset.operations';
import { deadLetterOperations } from '../dead-letters/dead-letter.operations';
import { healthOperations } from '../health/health.operations';
import { burstOperations } from '../bursts/burst.operations';
import { deliveryOperations } from '../deliveries/delivery.operations';
import { destinationOperations } from '../destinations/destination.operations';
import type { AnyOperation } from '../http/operation';
import { jobQueueOperations } from '../job-queue/job-queue.operations';
import { jobOperations, outputOperations } from '../jobs/job.operations';
import { inboxOperations } from '../notifications/inbox.operations';
import { preferencesOperations } from '../notifications/preferences.operations';
import { scheduleOperations } from '../schedules/schedule.operations';
import { sessionOperations } from '../sessions/session.operations';
import { templateOperations } from '../templates/template.operations';
import { userOperations } from '../users/user.operations';

/** Every operation of the API, in the order in which the documentation shows them. */
export const OPERATIONS: readonly AnyOperation[] = [
  sessionOperations,
  dataSourceOperations,
  datasetOperations,
  templateOperations,
  calendarOperations,
  scheduleOperations,
  backfillOperations,
  burstOperations,
  jobOperations,
  outputOperations,
  deadLetterOperations,
  jobQueueOperations,
  destinationOperations,
  deliveryOperations,
  auditOperations,
  userOperations,
  preferencesOperations,
  inboxOperations,
  healthOperations,
].flatMap((group: Readonly<Record<string, AnyOperation>>) => Object.values(group));

const PATHS = OPERATIONS.map(({ path, method }) => ({
  pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}/?$`, 'i'),
  methods: method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
}));

/** The methods that an address takes; none when nothing is there. */
export function methodsOf(path: string): readonly string[] {
  const found = PATHS.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
  return [...new Set(found)].sort();
}
