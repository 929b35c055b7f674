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
  type TemplateState,
} from '#domain';
import {
  derivedId,
  execute,
  fold,
  toDomainEvent,
  toNewEvents,
  type CommandContext,
  type Decider,
  type DomainRefusal,
  type EventStore,
  type ExecuteOutcome,
  type RecordedEvent,
} from '#event-sourcing';
import { Gathered } from './gathered';

/** In whose name workers and sweepers write. */
const ACTOR = 'system:exporter';

/** A job and the revision at which it was read. */
export interface ReadJob<State extends JobState = JobState> {
  readonly state: State;
  readonly revision: number;
}

/** What the event store knows about jobs: the truth that the queue only points to. */
export class JobHistory {
  readonly #store: EventStore;
  readonly #streams: Gathered<string, readonly RecordedEvent[]>;

  constructor(store: EventStore) {
    this.#store = store;
    this.#streams = new Gathered(async (streamIds) => {
      const streams = await store.readStreams([...new Set(streamIds)]);
      return streamIds.map((streamId) => streams.get(streamId) ?? []);
    });
  }

  async job(jobId: JobId): Promise<JobState> {
    return (await this.read(jobId)).state;
  }

  async read(jobId: JobId): Promise<ReadJob> {
    const events = await this.#streams.ask(streamOf('job', jobId));
    return { state: stateOf<JobState, JobEvent>(job, events), revision: events.at(-1)?.revision ?? -1 };
  }

  dataset(request: JobRequest): Promise<DatasetState> {
    const id = request.input.additionalConfig.datasetId;
    return this.#state<DatasetState, DatasetEvent>(dataset, streamOf('dataset', id));
  }

  /** The job's template, as of now; null: it has none. */
  async template({ templateId }: JobRequest): Promise<TemplateState | null> {
    if (templateId === null) return null;
    return this.#state<TemplateState, TemplateEvent>(template, streamOf('template', templateId));
  }

  /** Why a job may not begin, or null: its deadline passed, or its template or schedule went away since the request. */
  async obstacle({ request, attempt, retryBefore }: ExistingJob, now: Instant): Promise<ExpiryReason | null> {
    if (attempt === 0 && request.startBefore !== null && Date.parse(request.startBefore) <= Date.parse(now)) {
      return 'deadline';
    }
    if (retryBefore !== null && Date.parse(retryBefore) < Date.parse(now)) return 'retry_deadline';
    const [templateState, scheduleState] = await Promise.all([
      this.template(request),
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
   * @param known the job as it was read last: it need not be read again unless it has changed
   */
  async execute(
    command: JobCommand & { readonly jobId: JobId },
    purpose: string,
    known?: ReadJob,
  ): Promise<JobOutcome> {
    const commandId = derivedId(command.jobId, `${command.type} ${purpose}`);
    const context = { commandId, correlationId: commandId, causationId: null, actor: ACTOR, traceparent: null };
    const streamId = streamOf('job', command.jobId);
    return (
      (known && (await this.#append(command, context, streamId, known))) ??
      execute(this.#store, job, { streamId, command, context })
    );
  }

  /** Null when the job is not what it was, or the command would be refused: to be looked at once more. */
  async #append(
    command: JobCommand,
    context: CommandContext,
    streamId: string,
    known: ReadJob,
  ): Promise<JobOutcome | null> {
    const decision = job.decide(command, known.state);
    if (!decision.accepted || decision.events.length === 0) return null;
    const { events } = decision;
    const stored = { streamId, expected: known.revision, events: toNewEvents(events, context) };
    const outcome = await this.#store.append(stored);
    if (!outcome.ok) return null;
    const { revision, position } = outcome;
    return { kind: 'done', streamId, state: events.reduce(job.evolve, known.state), events, revision, position };
  }

  async #state<State, Event>(decider: Evolving<State, Event>, streamId: string): Promise<State> {
    return stateOf(decider, await this.#streams.ask(streamId));
  }
}

type Evolving<State, Event> = Pick<Decider<never, State, Event, DomainRefusal>, 'initial' | 'evolve'>;

function stateOf<State, Event>(decider: Evolving<State, Event>, events: readonly RecordedEvent[]): State {
  return fold(
    decider,
    events.map((event) => toDomainEvent<Event>(event)),
  );
}

export type JobOutcome = ExecuteOutcome<JobState, JobEvent, JobRefusal>;

/** The job, unless it is none that could still run. */
export function openJob(state: JobState): ExistingJob | null {
  if (state.status === 'absent' || state.status === 'skipped') return null;
  return isEnded(state.status) ? null : state;
}
