import type { ActiveUser } from '#access';
import type { ExistingDelivery, ExistingDestination } from '#domain';
import { ANNA, BEN, CARA, deliveryRequest, NOON, SCHEDULE_ID, webhookDestination } from '#domain/testing';
import { NOTIFIER } from './delivery-history';
import { DeliveryRights } from './delivery-rights';

const person = (userId: string, role: ActiveUser['role'] = 'user'): ActiveUser => ({ userId, role, maxRows: null });

/** Rights among these people who may sign in, where a schedule's plan is by `planner`. */
function among(people: readonly ActiveUser[], planner: string | null = null): DeliveryRights {
  return new DeliveryRights({
    history: { planner: ({ scheduleId }) => Promise.resolve(scheduleId === null ? null : planner) },
    activeUsers: (ids) => Promise.resolve(ids.map((id) => people.find(({ userId }) => userId === id) ?? null)),
  });
}

/** A delivery of Anna's report. */
const delivery = (askedBy: readonly string[], scheduleId: string | null = null): ExistingDelivery => ({
  ...{ status: 'waiting', askedBy, attempt: 0, lastAttempt: 3, deadline: NOON, retryAt: null },
  request: deliveryRequest({ owner: ANNA, scheduleId }),
});

const destination = (usableBy: 'everybody' | 'admins'): ExistingDestination => ({
  ...{ status: 'active', destinationId: CARA, name: 'warehouse', secretId: CARA },
  definition: { ...webhookDestination(), usableBy },
});

it('is refused where the owner of the report may not sign in, whoever asked for it', async () => {
  const rights = among([person(BEN, 'admin')]);
  await expect(rights.requireOwner(delivery([BEN]))).rejects.toMatchObject({ code: 'delivery.owner_disabled' });
  await among([person(ANNA)]).requireOwner(delivery([BEN]));
});

describe('a destination for administrators', () => {
  const admin = person(BEN, 'admin');

  it.each([
    ['an administrator owns the report', [person(ANNA, 'admin')], delivery([ANNA]), null],
    ['one asked for the delivery', [person(ANNA), admin], delivery([BEN]), null],
    ['one retried it', [person(ANNA), admin], delivery([ANNA, BEN]), null],
    ['one has planned it', [person(ANNA), admin], delivery([NOTIFIER], SCHEDULE_ID), BEN],
  ])('is used where %s', async (_when, people, of, planner) => {
    await among(people, planner).requireUse(destination('admins'), of);
  });

  it.each([
    ['nobody who stands behind it is one', [person(ANNA), admin], delivery([ANNA]), BEN],
    ['the one who asked may not sign in any more', [person(ANNA)], delivery([BEN]), null],
    ['the plan is by somebody else now', [person(ANNA), admin], delivery([NOTIFIER], SCHEDULE_ID), ANNA],
  ])('is not used where %s', async (_when, people, of, planner) => {
    const use = among(people, planner).requireUse(destination('admins'), of);
    await expect(use).rejects.toMatchObject({ code: 'delivery.destination_forbidden' });
  });
});

it('is used by everybody where everybody may', async () => {
  await among([person(ANNA)]).requireUse(destination('everybody'), delivery([ANNA]));
});
