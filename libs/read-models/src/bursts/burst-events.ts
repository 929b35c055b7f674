import type { BurstEvent, BurstPlanEvent } from '#domain';

/** No table has them: they are read from their streams. The audit trail takes them. */
export const BURST_PLAN_EVENTS: Readonly<Record<BurstPlanEvent['type'], true>> = {
  BurstPlanned: true,
  BurstWithdrawn: true,
};
export const BURST_EVENTS: Readonly<Record<BurstEvent['type'], true>> = { BurstExpanded: true, BurstFailed: true };
