import {
  burstEntryId,
  delivery,
  deliveryPlan,
  destination,
  streamOf,
  type BurstDefinition,
  type BurstPlanEvent,
  type BurstRow,
  type DeliveryCommand,
  type DeliveryEvent,
  type DeliveryPlanEvent,
  type DeliveryRefusal,
  type DeliveryRequest,
  type DeliveryState,
  type DestinationEvent,
  type DestinationState,
  type JobEvent,
  type JobOutput,
  type JobRequest,
  type PlanEntry,
  type UserId,
} from '#domain';
import {
  derivedId,
  execute,
  fold,
  toDomainEvent,
  type EventStore,
  type ExecuteOutcome,
  type Position,
  type RecordedEvent,
} from '#event-sourcing';

/** In whose name deliveries are requested and made. */
export const NOTIFIER = 'system:notifier';

/** A completed job with the files that it left. */
export interface DeliverableReport {
  readonly request: JobRequest;
  readonly output: JobOutput;
  readonly expiresAt: Date;
  /** True when retention has removed the files. */
  readonly expired: boolean;
}

export type DeliveryOutcome = ExecuteOutcome<DeliveryState, DeliveryEvent, DeliveryRefusal>;

/** What the event store knows of deliveries and of what they need. */
export class DeliveryHistory {
  constructor(private readonly store: EventStore) {}

  async delivery(deliveryId: string): Promise<DeliveryState> {
    const events = await this.store.readStream(streamOf('delivery', deliveryId));
    return fold(
      delivery,
      events.map((event) => toDomainEvent<DeliveryEvent>(event)),
    );
  }

  async destination(destinationId: string): Promise<DestinationState> {
    const events = await this.store.readStream(streamOf('destination', destinationId));
    return fold(
      destination,
      events.map((event) => toDomainEvent<DestinationEvent>(event)),
    );
  }

  /** Null when the job has not completed, or left no file. */
  async report(jobId: string): Promise<DeliverableReport | null> {
    return reportOf(await this.store.readStream(streamOf('job', jobId)));
  }

  /** Many at once. */
  async reports(jobIds: readonly string[]): Promise<ReadonlyMap<string, DeliverableReport>> {
    const streams = await this.store.readStreams(jobIds.map((jobId) => streamOf('job', jobId)));
    return new Map(
      jobIds.flatMap((jobId) => {
        const report = reportOf(streams.get(streamOf('job', jobId)) ?? []);
        return report ? [[jobId, report] as const] : [];
      }),
    );
  }

  /** Of each schedule, the plan as it was at a position: a later one is not for what had completed by then. */
  async plans(
    schedules: readonly { readonly scheduleId: string; readonly before: Position }[],
  ): Promise<readonly (readonly PlanEntry[])[]> {
    const streamId = (scheduleId: string) => streamOf('deliveryplan', scheduleId);
    const streams = await this.store.readStreams([...new Set(schedules.map(({ scheduleId }) => streamId(scheduleId)))]);
    return schedules.map(({ scheduleId, before }) => {
      const events = (streams.get(streamId(scheduleId)) ?? []).filter(({ position }) => position < before);
      return fold(
        deliveryPlan,
        events.map((event) => toDomainEvent<DeliveryPlanEvent>(event)),
      ).entries;
    });
  }

  /** Who revised the plan or the burst of a schedule last by which a delivery was requested; null: it was requested by hand. */
  async planner({ scheduleId, entryId }: DeliveryRequest): Promise<UserId | null> {
    if (scheduleId === null) return null;
    const kind = entryId === burstEntryId(scheduleId) ? 'burstplan' : 'deliveryplan';
    const events = await this.store.readStream(streamOf(kind, scheduleId));
    const plans = events.map((event) => toDomainEvent<DeliveryPlanEvent | BurstPlanEvent>(event));
    return plans.findLast(({ type }) => type !== 'BurstWithdrawn')?.by ?? null;
  }

  /** Of each row of a list, the definition by which the list was expanded. */
  async bursts(rows: readonly BurstRow[]): Promise<readonly BurstDefinition[]> {
    const placeOf = (streamId: string, revision: number) => `${streamId}@${revision}`;
    const places = rows.map(({ scheduleId, planRevision }) => ({
      ...{ streamId: streamOf('burstplan', scheduleId), revision: planRevision },
    }));
    const distinct = new Map(places.map((place) => [placeOf(place.streamId, place.revision), place]));
    const recorded = distinct.size === 0 ? [] : await this.store.readAt([...distinct.values()]);
    const found = new Map(recorded.map((event) => [placeOf(event.streamId, event.revision), event]));
    return places.map(({ streamId, revision }) => {
      const event = found.get(placeOf(streamId, revision));
      const planned = event && toDomainEvent<BurstPlanEvent>(event);
      if (planned?.type !== 'BurstPlanned') throw new Error(`no burst was planned by ${placeOf(streamId, revision)}`);
      return planned.definition;
    });
  }

  /** @param purpose makes the command's id, so that a repeat of the same command finds itself */
  execute(command: DeliveryCommand & { readonly deliveryId: string }, purpose: string): Promise<DeliveryOutcome> {
    const commandId = derivedId(command.deliveryId, `${command.type} ${purpose}`);
    const context = { commandId, correlationId: commandId, causationId: null, actor: NOTIFIER, traceparent: null };
    return execute(this.store, delivery, { streamId: streamOf('delivery', command.deliveryId), command, context });
  }
}

function reportOf(recorded: readonly RecordedEvent[]): DeliverableReport | null {
  const events = recorded.map((event) => toDomainEvent<JobEvent>(event));
  const [requested] = events;
  const completed = events.find((event) => event.type === 'JobCompleted');
  if (requested?.type !== 'JobRequested' || completed?.output.files.length === 0 || !completed) return null;
  return {
    request: requested.request,
    output: completed.output,
    expiresAt: new Date(completed.outputExpiresAt),
    expired: events.some(({ type }) => type === 'OutputExpired'),
  };
}
