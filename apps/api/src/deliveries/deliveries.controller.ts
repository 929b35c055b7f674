import { Controller, Inject } from '@nestjs/common';
import { AccessLog, type Caller } from '#access';
import { delivery, toInstant, type DeliveryState } from '#domain';
import { derivedId } from '#event-sourcing';
import { DeliveryQueries } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Permissions } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { viewerOf } from '../http/queries';
import { entityTag } from '../http/request-headers';
import { DeliveryAllowance } from './delivery-allowance';
import { deliveryAnswer } from './delivery-answer';
import { deliveryOperations as operations } from './delivery.operations';
import { DeliveryTargets } from './delivery-targets';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

const MS_PER_HOUR = 3_600_000;

@Controller()
export class DeliveriesController {
  private readonly queries: DeliveryQueries;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
    @Inject(AccessLog) private readonly accessLog: AccessLog,
    @Inject(DeliveryTargets) private readonly targets: DeliveryTargets,
    @Inject(DeliveryAllowance) private readonly allowance: DeliveryAllowance,
  ) {
    this.queries = new DeliveryQueries(parts.pool);
  }

  @Handles(operations.plan)
  async plan({ caller, params: { scheduleId } }: CallOf<'plan'>) {
    await this.permissions.schedule(caller, (await this.streams.schedule(scheduleId)).state);
    const { state, revision } = await this.streams.deliveryPlan(scheduleId);
    const entries = await Promise.all(
      state.entries.map(async ({ entryId, target }) => ({ entryId, ...(await this.targets.shown(target)) })),
    );
    return {
      ...(revision >= 0 && { headers: { ETag: entityTag(revision) } }),
      body: { scheduleId, entries, revision },
    };
  }

  @Handles(operations.revisePlan)
  async revisePlan(call: CallOf<'revisePlan'>) {
    const { scheduleId } = call.params;
    const schedule = await this.permissions.schedule(call.caller, (await this.streams.schedule(scheduleId)).state);
    if (schedule.status === 'removed') throw new Problem('schedule.removed', 'The schedule was removed.');
    const checked = await Promise.all(
      call.body.entries.map(async ({ entryId, ...input }, index) => ({
        entryId: entryId ?? derivedId(call.context.commandId, `entry-${index}`),
        target: await this.targets.checked(call.caller, input),
      })),
    );
    const outcome = await this.dispatcher.deliveryPlan({ ...call, authorised: true }, scheduleId, async () => ({
      ...{ type: 'PlanDeliveries', scheduleId, by: call.caller.userId, at: call.now.toISOString() },
      entries: await Promise.all(
        checked.map(async ({ entryId, target }) => ({ entryId, target: await this.targets.kept(target) })),
      ),
    }));
    return answered(scheduleId, outcome);
  }

  @Handles(operations.request)
  async request(call: CallOf<'request'>) {
    const { caller, now, context } = call;
    const job = await this.permissions.job(caller, (await this.streams.job(call.params.jobRequestId)).state);
    if (!job.output || job.output.files.length === 0)
      throw new Problem('output.not_ready', 'The job has left no files.');
    if (job.outputExpired) throw new Problem('output.expired', 'The files were removed: run the report again.');
    const checked = await this.targets.checked(caller, call.body);
    const { jobId, templateId, owner } = job.request;
    const deliveryId = derivedId(context.commandId, 'delivery');
    const ofJob = { deliveryId, jobId, scheduleId: null, entryId: null, templateId, owner };
    const outcome = await this.dispatcher.delivery({ context, ifMatch: null }, deliveryId, async () => {
      await this.allowance.take(caller);
      const request = { ...ofJob, target: await this.targets.kept(checked), ...this.terms(now) };
      return { type: 'RequestDelivery', request, by: caller.userId, at: now.toISOString() };
    });
    return answered(deliveryId, outcome, { location: `/v1/deliveries/${deliveryId}` });
  }

  @Handles(operations.list)
  async list({ caller, query }: CallOf<'list'>) {
    const { items, nextCursor } = await this.queries.list(viewerOf(caller), query);
    return { body: { items: items.map(deliveryAnswer), nextCursor } };
  }

  @Handles(operations.get)
  async get({ caller, params: { deliveryId } }: CallOf<'get'>) {
    const read = () => this.queries.get(viewerOf(caller), deliveryId);
    let view = await read();
    if (!view) {
      const loaded = await this.streams.delivery(deliveryId);
      await this.mayManage(caller, loaded.state);
      view = await this.streams.whenProjected(loaded, read);
    }
    return { headers: { ETag: entityTag(view.revision) }, body: { ...deliveryAnswer(view), attempts: view.attempts } };
  }

  @Handles(operations.retry)
  async retry(call: CallOf<'retry'>) {
    const { deliveryId } = call.params;
    const outcome = await this.dispatcher.delivery(call, deliveryId, async (state) => {
      await this.mayManage(call.caller, state);
      const { caller, now } = call;
      const renewal = { deliveryId, ...this.terms(now), by: caller.userId, at: now.toISOString() };
      const command = { type: 'RetryDelivery', ...renewal } as const;
      if (delivery.decide(command, state).accepted) await this.allowance.take(caller);
      return command;
    });
    return answered(deliveryId, outcome);
  }

  @Handles(operations.cancel)
  async cancel(call: CallOf<'cancel'>) {
    const { deliveryId } = call.params;
    const outcome = await this.dispatcher.delivery(call, deliveryId, async (state) => {
      await this.mayManage(call.caller, state);
      const { reason } = call.body;
      return { type: 'CancelDelivery', deliveryId, by: call.caller.userId, reason, at: call.now.toISOString() };
    });
    return answered(deliveryId, outcome);
  }

  @Handles(operations.erase)
  async erase({ body, caller, context, now }: CallOf<'erase'>) {
    const { recipients } = this.targets;
    const recipientId = await recipients.idOf(this.targets.address(body.address));
    if (recipientId === null) return { body: { erased: false } };
    const erased = { type: 'RecipientErased', recipientId, by: caller.userId, at: now.toISOString() } as const;
    // Before it is done: what cannot be recorded does not happen, and what broke off in between is done once more.
    await this.accessLog.record(erased, context).catch((cause: unknown) => {
      throw new Problem('access.not_recorded', 'The erasure could not be recorded: try again.', { cause });
    });
    await recipients.erase(recipientId);
    return { body: { erased: true } };
  }

  private terms(now: Date) {
    const { DELIVERY_MAX_ATTEMPTS, DELIVERY_DEADLINE_HOURS } = this.parts.settings;
    const deadline = toInstant(now.getTime() + DELIVERY_DEADLINE_HOURS * MS_PER_HOUR);
    return { maxAttempts: DELIVERY_MAX_ATTEMPTS, deadline };
  }

  /** A delivery is managed by whoever manages its job. To those who may not see that, it is as if it were not there. */
  private async mayManage(caller: Caller, state: DeliveryState): Promise<void> {
    if (state.status === 'absent') throw missing(false);
    const job = (await this.streams.job(state.request.jobId)).state;
    try {
      await this.permissions.job(caller, job);
    } catch (error) {
      if (error instanceof Problem && error.code === 'job.missing') throw missing(error.accessRefused);
      throw error;
    }
  }
}

function missing(accessRefused: boolean): Problem {
  return new Problem('delivery.missing', 'There is no such delivery, or it is not yours.', { accessRefused });
}
