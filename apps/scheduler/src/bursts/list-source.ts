import { canRunTemplate, type UserStore } from '#access';
import {
  burstPlan,
  streamOf,
  template,
  unknownParameter,
  type BurstDefinition,
  type BurstPlanEvent,
  type ExistingTemplate,
  type JobEvent,
  type JobOutput,
  type JobRequest,
  type SelfServiceInput,
  type TemplateEvent,
} from '#domain';
import { fold, toDomainEvent, type EventStore, type RecordedEvent } from '#event-sourcing';
import { BurstFault } from './burst-fault';
import type { WaitingList } from './burst-table';

/** All that an expansion is made from. */
export interface ListSource {
  /** Of the job that made the list. */
  readonly request: JobRequest & { readonly input: SelfServiceInput };
  readonly output: JobOutput;
  readonly completed: RecordedEvent;
  readonly definition: BurstDefinition;
  /** As it was when the list was complete, so that a repeat asks for the same reports. */
  readonly template: ExistingTemplate;
  readonly templateRevision: number;
}

export interface ListSourceParts {
  readonly eventStore: EventStore;
  readonly users: UserStore;
}

/** Throws a `BurstFault` where the list must not, or cannot, be expanded. */
export async function sourceOfList(parts: ListSourceParts, list: WaitingList): Promise<ListSource> {
  const { request, output, completed } = await completedJob(parts.eventStore, list);
  const plans = await parts.eventStore.readStream(streamOf('burstplan', list.scheduleId));
  const planned = plans.map((event) => toDomainEvent<BurstPlanEvent>(event));
  if (fold(burstPlan, planned).status === 'withdrawn') {
    throw new BurstFault('burst.withdrawn', 'The burst was withdrawn before the list was expanded.');
  }
  const plan = fold(burstPlan, planned.slice(0, list.planRevision + 1));
  if (plan.status === 'absent') throw new Error(`the plan of ${list.scheduleId} has no revision ${list.planRevision}`);
  const { definition } = plan;
  requireList(request, output, definition);
  const source = { request, output, completed, definition };
  return { ...source, ...(await templateOf(parts, source)) };
}

async function completedJob(eventStore: EventStore, { jobId }: WaitingList) {
  const history = await eventStore.readStream(streamOf('job', jobId));
  const [first] = history;
  const completed = history.find(({ type }) => type === 'JobCompleted');
  if (!first || !completed) throw new Error(`the job ${jobId} has not completed`);
  const { request } = toDomainEvent<Extract<JobEvent, { type: 'JobRequested' }>>(first);
  const { output } = toDomainEvent<Extract<JobEvent, { type: 'JobCompleted' }>>(completed);
  const { input } = request;
  if (!input.dynamicMapping) throw new Error(`the job ${jobId} is of no template`);
  return { request: { ...request, input }, output, completed };
}

/** The schedule's template may have been revised since the burst was planned. */
function requireList(
  { input }: ListSource['request'],
  { rows, files, withheld }: JobOutput,
  { parameters, delivery, mostRows }: BurstDefinition,
): void {
  if (withheld === 'unchanged') {
    const message = "The list was left out, since nothing had changed: let the schedule's template deliver always.";
    throw new BurstFault('burst.list_withheld', message);
  }
  const other = files.find(({ format }) => format !== 'jsonl');
  if (other) {
    const message = `The list is of format ${other.format}: let the schedule's template write JSON lines (jsonl).`;
    throw new BurstFault('burst.list_format', message);
  }
  const headers = input.dynamicColumns.map(({ header }) => header);
  const wanted = [...parameters.map(({ column }) => column), ...(delivery.email ? [delivery.email.addressColumn] : [])];
  const missing = wanted.find((column) => !headers.includes(column));
  if (missing !== undefined) {
    const message = `The list has no column "${missing}" any more. It has: ${headers.join(', ')}.`;
    throw new BurstFault('burst.column_unknown', message);
  }
  if (rows > mostRows) {
    const message = `The list has ${rows} rows, and the burst takes ${mostRows} at most: nobody got a report.`;
    throw new BurstFault('burst.too_many_rows', message);
  }
}

async function templateOf(
  { eventStore, users }: ListSourceParts,
  source: Omit<ListSource, 'template' | 'templateRevision'>,
) {
  const { definition, request, completed } = source;
  const history = await eventStore.readStream(streamOf('template', definition.templateId));
  const current = stateOf(history);
  const then = history.filter(({ position }) => position < completed.position);
  const state = stateOf(then);
  if (state.status === 'absent' || current.status !== 'active') {
    throw new BurstFault(
      'template.archived',
      'The template of the reports is archived: restore it, or plan another burst.',
    );
  }
  const owner = await users.byId(request.owner);
  if (owner?.disabledAt !== null) {
    throw new BurstFault('access.owner_disabled', "The schedule's owner may not sign in any more.");
  }
  if (!canRunTemplate(current, owner)) {
    const message =
      "The template of the reports is not shared any more with the schedule's owner to run: ask its owner.";
    throw new BurstFault('access.template_not_shared', message);
  }
  const declared = state.definition.parameters.map(({ name }) => name);
  const unknown = definition.parameters.find(({ name }) => !declared.includes(name));
  if (unknown) throw new BurstFault('parameter.unknown', unknownParameter(unknown.name, declared));
  return { template: state, templateRevision: then.length - 1 };
}

function stateOf(history: readonly RecordedEvent[]) {
  return fold(
    template,
    history.map((event) => toDomainEvent<TemplateEvent>(event)),
  );
}
