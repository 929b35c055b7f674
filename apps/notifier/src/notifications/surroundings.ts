import {
  dataset,
  delivery,
  destination,
  job,
  preferences,
  schedule,
  streamOf,
  template,
  type NotificationPreferences,
  type UserId,
} from '#domain';
import { fold, toDomainEvent, type EventStore, type RecordedEvent } from '#event-sourcing';
import type { Surroundings, ToldEvent } from './told-events';

/** Streams that a batch of events needs, each read once. What they say is never older than the events. */
export class StreamReads {
  readonly #read = new Map<string, readonly RecordedEvent[]>();

  /** @param concernedBy whose reports read from a data source */
  constructor(
    private readonly store: Pick<EventStore, 'readStreams'>,
    private readonly concernedBy: (dataSource: string) => Promise<readonly UserId[]>,
  ) {}

  async surroundingsOf(events: readonly ToldEvent[]): Promise<readonly Surroundings[]> {
    await this.#load(events.flatMap((event) => subjectOf(event) ?? []));
    await this.#load(events.flatMap((event) => this.#streamsOfDelivery(event)));
    await this.#load(events.flatMap((event) => this.#namedStream(event) ?? []));
    return Promise.all(events.map((event) => this.#surroundingsOf(event)));
  }

  async preferencesOf(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, NotificationPreferences>> {
    await this.#load(userIds.map((userId) => streamOf('preferences', userId)));
    const stateOf = (userId: UserId) => this.#fold(preferences, streamOf('preferences', userId));
    return new Map(userIds.map((userId) => [userId, stateOf(userId).preferences]));
  }

  async #surroundingsOf(event: ToldEvent): Promise<Surroundings> {
    const named = this.#namedStream(event);
    return {
      job: this.#jobOf(event),
      schedule: 'scheduleId' in event ? this.#schedule(event) : null,
      delivery: 'deliveryId' in event ? this.#delivery(event) : null,
      destination: 'deliveryId' in event ? this.#destinationOf(event) : null,
      name: named === null ? null : this.#nameOf(named),
      concerned: event.type === 'CircuitOpened' ? await this.concernedBy(event.dataSource) : [],
    };
  }

  /** Where the name stands that neither the job nor the schedule has. */
  #namedStream(event: ToldEvent): string | null {
    if (event.type === 'OccurrenceSkipped') {
      const known = this.#schedule(event);
      return known && streamOf('template', known.templateId);
    }
    const input = this.#jobOf(event)?.request.input;
    if (input === undefined || input.dynamicMapping) return null;
    return streamOf('dataset', input.additionalConfig.datasetId);
  }

  #nameOf(stream: string): string | null {
    if (stream.startsWith('dataset-')) {
      const state = this.#fold(dataset, stream);
      return state.status === 'absent' ? null : state.definition.name;
    }
    const state = this.#fold(template, stream);
    return state.status === 'absent' ? null : state.details.name;
  }

  /** The job that an event is about, be it by its delivery; none for one that never was, since its occurrence was skipped. */
  #jobOf(event: ToldEvent) {
    if ('deliveryId' in event) {
      const request = this.#delivery(event)?.request;
      return request ? this.#job(request) : null;
    }
    if (isOfList(event)) return this.#job(event);
    return 'jobId' in event && !('scheduleId' in event) ? this.#job(event) : null;
  }

  /** Those of its job and its destination. */
  #streamsOfDelivery(event: ToldEvent): readonly string[] {
    const request = 'deliveryId' in event ? this.#delivery(event)?.request : undefined;
    if (!request) return [];
    const destinationId = request.target.destination?.destinationId;
    return [jobStream(request), ...(destinationId === undefined ? [] : [streamOf('destination', destinationId)])];
  }

  #delivery(event: { readonly deliveryId: string }) {
    const state = this.#fold(delivery, deliveryStream(event));
    return state.status === 'absent' ? null : state;
  }

  #destinationOf(event: { readonly deliveryId: string }) {
    const destinationId = this.#delivery(event)?.request.target.destination?.destinationId;
    if (destinationId === undefined) return null;
    const state = this.#fold(destination, streamOf('destination', destinationId));
    return state.status === 'absent' ? null : state;
  }

  #job(event: { readonly jobId: string }) {
    const state = this.#fold(job, jobStream(event));
    return state.status === 'absent' || state.status === 'skipped' ? null : state;
  }

  #schedule(event: { readonly scheduleId: string }) {
    const state = this.#fold(schedule, scheduleStream(event));
    return state.status === 'absent' ? null : state;
  }

  #fold<State>(
    decider: { readonly initial: State; readonly evolve: (state: State, event: never) => State },
    stream: string,
  ): State {
    return fold(
      decider,
      (this.#read.get(stream) ?? []).map((event) => toDomainEvent<never>(event)),
    );
  }

  async #load(streams: readonly string[]): Promise<void> {
    const missing = [...new Set(streams)].filter((stream) => !this.#read.has(stream));
    if (missing.length === 0) return;
    const found = await this.store.readStreams(missing);
    for (const stream of missing) this.#read.set(stream, found.get(stream) ?? []);
  }
}

/** Whose job made the list, though the event names the schedule too. */
function isOfList(event: ToldEvent): event is Extract<ToldEvent, { type: 'BurstExpanded' | 'BurstFailed' }> {
  return event.type === 'BurstExpanded' || event.type === 'BurstFailed';
}

/** The stream of the job, schedule or delivery that an event is about. */
function subjectOf(event: ToldEvent): string | null {
  if (isOfList(event)) return jobStream(event);
  if ('scheduleId' in event) return scheduleStream(event);
  if ('deliveryId' in event) return deliveryStream(event);
  return 'jobId' in event ? jobStream(event) : null;
}

function jobStream({ jobId }: { readonly jobId: string }): string {
  return streamOf('job', jobId);
}

function deliveryStream({ deliveryId }: { readonly deliveryId: string }): string {
  return streamOf('delivery', deliveryId);
}

function scheduleStream({ scheduleId }: { readonly scheduleId: string }): string {
  return streamOf('schedule', scheduleId);
}
