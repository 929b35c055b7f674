import type { JobId, OverlapPolicy, ScheduleDefinition } from '#domain';

/** A job of a schedule that has not ended. */
export interface OpenJob {
  readonly jobId: JobId;
  /** It has not begun. */
  readonly waits: boolean;
}

export type OverlapDecision =
  | {
      readonly type: 'request';
      /** No job of the schedule may run beside it. */
      readonly exclusive: boolean;
      /** Jobs to cancel first. */
      readonly cancel: readonly JobId[];
    }
  | { readonly type: 'skip' };

const REQUEST = { type: 'request', exclusive: false, cancel: [] } as const;
const QUEUE = { type: 'request', exclusive: true, cancel: [] } as const;
const SKIP = { type: 'skip' } as const;

/** Whether the policy depends on the jobs of the schedule that have not ended. */
export function mindsOverlap({ overlap }: Pick<ScheduleDefinition, 'overlap'>): boolean {
  return overlap !== 'allow' && overlap !== 'queue_all';
}

/** What becomes of an occurrence while these jobs of its schedule have not ended. */
export function decideOverlap(policy: OverlapPolicy, open: readonly OpenJob[]): OverlapDecision {
  switch (policy) {
    case 'allow':
      return REQUEST;
    case 'skip':
      return open.length === 0 ? REQUEST : SKIP;
    case 'queue_one':
      return open.some(({ waits }) => waits) ? SKIP : QUEUE;
    case 'queue_all':
      return QUEUE;
    case 'cancel_running':
      return { ...REQUEST, cancel: open.map(({ jobId }) => jobId) };
  }
}
