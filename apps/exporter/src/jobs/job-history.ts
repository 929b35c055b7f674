import {
  dataset,
  isEnded,
  job,
  schedule,
  streamOf,
  template,
  type DatasetEvent,
  type DatasetState,
  type ExistingJob,
  type ExpiryReason,
  type Instant,
  type JobCommand,
  type JobEvent,
  type JobId,
  type JobRefusal,
  type JobRequest,
  type JobState,
  type ScheduleEvent,
  type TemplateEvent,
} from '#domain';
import {
  derivedId,
  execute,
  fold,
  toDomainEvent,
  type Decider,
  type DomainRefusal,
  type EventStore,
  type ExecuteOutcome,
} from '#event-sourcing';

/** In whose name workers and sweepers write. */
const ACTOR = 'system:exporter';

/** What the event store knows about jobs: the truth that the queue only points to. */
export class JobHistory {
  readonly #store: EventStore;

  constructor(store: EventStore) {
    this.#store = store;
  }

  job(jobId: JobId): Promise<JobState> {
    return this.#state<JobState, JobEvent>(job, streamOf('job', jobId));
  }

  dataset(request: JobRequest): Promise<DatasetState> {
    const id = request.input.additionalConfig.datasetId;
    return this.#state<DatasetState, DatasetEvent>(dataset, streamOf('dataset', id));
  }

  /** Why a job may not begin, or null: its deadline passed, or its template or schedule went away since the request. */
  async obstacle({ request, attempt }: ExistingJob, now: Instant): Promise<ExpiryReason | null> {
    if (attempt === 0 && request.startBefore !== null && Date.parse(request.startBefore) <= Date.parse(now)) {
      return 'deadline';
    }
    const [templateState, scheduleState] = await Promise.all([
      request.templateId === null
        ? null
        : this.#state<typeof template.initial, TemplateEvent>(template, streamOf('template', request.templateId)),
      request.origin !== 'schedule' || request.scheduleId === null
        ? null
        : this.#state<typeof schedule.initial, ScheduleEvent>(schedule, streamOf('schedule', request.scheduleId)),
    ]);
    if (templateState && templateState.status !== 'active') return 'template_archived';
    if (scheduleState?.status === 'paused') return 'schedule_paused';
    return scheduleState && scheduleState.status !== 'active' ? 'schedule_removed' : null;
  }

  /**
   * Carries out a command on its job.
   *
   * @param purpose makes the command's id, so that a repeat of the same command finds itself
   */
  execute(command: JobCommand & { readonly jobId: JobId }, purpose: string): Promise<JobOutcome> {
    const commandId = derivedId(command.jobId, `${command.type} ${purpose}`);
    const context = { commandId, correlationId: commandId, causationId: null, actor: ACTOR, traceparent: null };
    return execute(this.#store, job, { streamId: streamOf('job', command.jobId), command, context });
  }

  async #state<State, Event>(
    decider: Pick<Decider<never, State, Event, DomainRefusal>, 'initial' | 'evolve'>,
    streamId: string,
  ): Promise<State> {
    const events = await this.#store.readStream(streamId);
    return fold(
      decider,
      events.map((event) => toDomainEvent<Event>(event)),
    );
  }
}

export type JobOutcome = ExecuteOutcome<JobState, JobEvent, JobRefusal>;

/** The job, unless it is none that could still run. */
export function openJob(state: JobState): ExistingJob | null {
  if (state.status === 'absent' || state.status === 'skipped') return null;
  return isEnded(state.status) ? null : state;
}
