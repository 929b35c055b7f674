import { mayUseDestination, type ActiveUser } from '#access';
import type { ExistingDelivery, ExistingDestination, UserId } from '#domain';
import { NOTIFIER, type DeliveryHistory } from './delivery-history';
import { Undeliverable } from './undeliverable';

export interface DeliveryRightsParts {
  readonly history: Pick<DeliveryHistory, 'planner'>;
  /** Users as of now, in the order given; null: one who may not sign in. */
  readonly activeUsers: (userIds: readonly UserId[]) => Promise<readonly (ActiveUser | null)[]>;
}

/** Whether a delivery may still be made, to be asked as each attempt begins: what was allowed when it was planned may be withdrawn since. */
export class DeliveryRights {
  constructor(private readonly parts: DeliveryRightsParts) {}

  /** Throws `Undeliverable` where the person whose report it is may not sign in. */
  async requireOwner({ request }: ExistingDelivery): Promise<void> {
    const [owner] = await this.parts.activeUsers([request.owner]);
    if (owner) return;
    throw new Undeliverable(
      'delivery.owner_disabled',
      'The owner of the report may not sign in any more: enable the user, then retry the delivery.',
    );
  }

  /**
   * Throws `Undeliverable` unless one of those who stand behind the delivery may use the destination: the owner of the report, whoever
   * asked for the delivery or retried it, and for a planned one whoever revised the plan last. So an administrator can have the reports of others
   * delivered to where only administrators may.
   */
  async requireUse({ definition }: ExistingDestination, { request, askedBy }: ExistingDelivery): Promise<void> {
    if (definition.usableBy === 'everybody') return;
    const planner = await this.parts.history.planner(request);
    const people = [request.owner, ...askedBy, planner].filter((person) => person !== null && person !== NOTIFIER);
    const users = await this.parts.activeUsers(people as readonly UserId[]);
    if (users.some((user) => user !== null && mayUseDestination(definition, user))) return;
    throw new Undeliverable(
      'delivery.destination_forbidden',
      'Only administrators may use this destination now: have one of them plan or retry the delivery, or choose another destination.',
    );
  }
}
