import { Controller, Inject } from '@nestjs/common';
import type { z } from 'zod';
import type { Caller } from '#access';
import type { BurstDelivery, BurstDefinition, TemplateDefinition } from '#domain';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Permissions, templateFor } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { DeliveryTargets } from '../deliveries/delivery-targets';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { entityTag } from '../http/request-headers';
import { burstOperations as operations } from './burst.operations';
import type { burstInput } from './burst.schema';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;
type DeliveryInput = z.output<typeof burstInput>['delivery'];

@Controller()
export class BurstsController {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
    @Inject(DeliveryTargets) private readonly targets: DeliveryTargets,
  ) {}

  @Handles(operations.get)
  async get({ caller, params: { scheduleId } }: CallOf<'get'>) {
    await this.permissions.schedule(caller, (await this.streams.schedule(scheduleId)).state);
    const { state, revision } = await this.streams.burstPlan(scheduleId);
    if (state.status === 'absent') throw new Problem('burst.missing', 'The schedule has no burst.');
    const { status, definition } = state;
    const { templateId, parameters, delivery, mostRows } = definition;
    const plan = { templateId, parameters, delivery: shown(delivery), mostRows };
    return { headers: { ETag: entityTag(revision) }, body: { scheduleId, status, ...plan, revision } };
  }

  @Handles(operations.plan)
  async plan(call: CallOf<'plan'>) {
    const { caller, body, params, now } = call;
    const { scheduleId } = params;
    const schedule = await this.permissions.schedule(caller, (await this.streams.schedule(scheduleId)).state);
    if (schedule.status === 'removed') throw new Problem('schedule.removed', 'The schedule was removed.');
    const list = await this.runnable(caller, schedule.templateId);
    const report = await this.runnable(caller, body.templateId);
    const { BURST_MOST_ROWS: most } = this.parts.settings;
    const { templateId, parameters, mostRows = most } = body;
    const definition: BurstDefinition = {
      ...{ templateId, parameters, mostRows },
      delivery: await this.deliveryOf(caller, body.delivery),
    };
    const outcome = await this.dispatcher.burstPlan(call, scheduleId, () => ({
      ...{ type: 'PlanBurst', scheduleId, definition, list, report, mostRows: most },
      ...{ by: caller.userId, at: now.toISOString() },
    }));
    return answered(scheduleId, outcome);
  }

  @Handles(operations.withdraw)
  async withdraw(call: CallOf<'withdraw'>) {
    const { caller, params, now } = call;
    const { scheduleId } = params;
    await this.permissions.schedule(caller, (await this.streams.schedule(scheduleId)).state);
    const outcome = await this.dispatcher.burstPlan(call, scheduleId, () => ({
      ...{ type: 'WithdrawBurst', scheduleId, by: caller.userId, at: now.toISOString() },
    }));
    return answered(scheduleId, outcome);
  }

  private async runnable(caller: Caller, templateId: string): Promise<TemplateDefinition> {
    const template = templateFor(caller, (await this.streams.template(templateId)).state, 'run');
    if (template.status === 'active') return template.definition;
    throw new Problem('template.archived', `The template "${template.details.name}" is archived: restore it first.`);
  }

  /** Throws for what the caller may not use, or what cannot work, as a delivery of theirs would. */
  private async deliveryOf(caller: Caller, input: DeliveryInput): Promise<BurstDelivery> {
    if (input.channel === 'destination') {
      const target = await this.targets.checked(caller, input);
      if (target.channel === 'destination') return target;
      throw new TypeError('a destination gives a destination');
    }
    const { channel, subject, text, attach, addressColumn } = input;
    await this.targets.checked(caller, { channel, subject, text, attach, to: [], cc: [], bcc: [] });
    return { channel, subject, text, email: { addressColumn, attach }, destination: null };
  }
}

function shown({ channel, subject, text, email, destination }: BurstDelivery) {
  return {
    ...{ channel, subject, text },
    ...{ addressColumn: email?.addressColumn ?? null, attach: email?.attach ?? null },
    ...{ destinationId: destination?.destinationId ?? null, pattern: destination?.pattern ?? null },
  };
}
