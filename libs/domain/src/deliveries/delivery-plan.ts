import { accept, type Decider } from '#event-sourcing';
import type { Instant, PlanEntryId, ScheduleId, UserId } from '../identifiers';
import { sameJson } from '../json-equality';
import type { DeliveryTarget } from './delivery-messages';

/** Entries that a plan may have. */
export const MOST_PLANNED_DELIVERIES = 20;

/** One delivery of each of the schedule's reports. */
export interface PlanEntry {
  /** Stays while the entry is revised. */
  readonly entryId: PlanEntryId;
  readonly target: DeliveryTarget;
}

interface Plan {
  readonly scheduleId: ScheduleId;
  /** All of them: a plan is revised as a whole. */
  readonly entries: readonly PlanEntry[];
  readonly by: UserId;
  readonly at: Instant;
}

export type DeliveryPlanCommand = { readonly type: 'PlanDeliveries' } & Plan;
export type DeliveryPlanEvent = { readonly type: 'DeliveriesPlanned' } & Plan;

export interface DeliveryPlanState {
  readonly entries: readonly PlanEntry[];
  /** Who revised it last, by whose rights it is carried out as well as by those of the reports' owner; null: nobody. */
  readonly plannedBy: UserId | null;
}

/** Where the reports of a schedule go beside the download. It refuses nothing: what a plan may hold is known at the edge. */
export const deliveryPlan: Decider<DeliveryPlanCommand, DeliveryPlanState, DeliveryPlanEvent, never> = {
  initial: { entries: [], plannedBy: null },
  decide(command, state) {
    const stays = command.entries.length === 0 || command.by === state.plannedBy;
    if (stays && sameJson(command.entries, state.entries)) return accept();
    return accept({ ...command, type: 'DeliveriesPlanned' });
  },
  evolve(_state, { entries, by }) {
    return { entries, plannedBy: by };
  },
};
