import { v5 } from 'uuid';
import {
  selfServiceRequest,
  streamOf,
  type AggregateType,
  type DatasetEvent,
  type ExistingTemplate,
  type JobEvent,
  type JobOutput,
  type ScheduleEvent,
  type TemplateEvent,
} from '#domain';
import { FLIGHTS, reportColumn, scheduleDefinition, templateDefinition } from '#domain/testing';
import { toNewEvents, type Append } from '#event-sourcing';

export interface BacklogSize {
  /** Events in all, exactly. */
  readonly events: number;
  readonly templates: number;
  readonly schedulesPerTemplate: number;
}

/** The same backlog for the same size, run after run. */
const NAMESPACE = '8d0e5b3c-6f0b-4c6e-8a51-3f1f6d1c2b07';
const idOf = (words: string): string => v5(words, NAMESPACE);
const FIRST_DAY = Date.UTC(2026, 0, 1);
const instantAfter = (milliseconds: number): string => new Date(FIRST_DAY + milliseconds).toISOString();
const DATASET = idOf('dataset');
/** Jobs that are requested together, as schedules with the same due time are. */
const BURST = 300;

/**
 * What an installation stores in its life: a dataset, templates, their schedules, then jobs without end, of which each is
 * requested, started and completed while others are. In batches that may be appended one after another; no batch holds
 * the same stream twice.
 */
export function* backlog(size: BacklogSize): Generator<readonly Append[]> {
  let left = size.events;
  const limited = (appends: readonly Append[]): readonly Append[] => {
    const kept = appends.slice(0, left);
    left -= kept.length;
    return kept;
  };
  const templates = Array.from({ length: size.templates }, (_, index) => templateOf(index));
  const schedules = templates.flatMap((template) =>
    Array.from({ length: size.schedulesPerTemplate }, (_, index) => scheduleOf(template, index)),
  );
  yield limited([registered(), ...templates.map(created), ...schedules.map(defined)]);
  let starting: readonly Job[] = [];
  let completing: readonly Job[] = [];
  for (let job = 0; left > 0; job += BURST) {
    const requesting = Array.from({ length: BURST }, (_, index) => jobOf(schedules, job + index));
    const turns = requesting.flatMap((request, index) => [
      ...[completing[index]].flatMap((ending) => (ending ? [completed(ending)] : [])),
      ...[starting[index]].flatMap((beginning) => (beginning ? [started(beginning)] : [])),
      requested(request),
    ]);
    yield limited(turns);
    [completing, starting] = [starting, requesting];
  }
}

interface Schedule {
  readonly template: ExistingTemplate;
  readonly scheduleId: string;
}

interface Job extends Schedule {
  readonly jobId: string;
  /** When it was due, in milliseconds after the first day began. */
  readonly due: number;
}

function templateOf(index: number): ExistingTemplate {
  return {
    status: 'active',
    templateId: idOf(`template ${index}`),
    owner: idOf(`user ${index % 100}`),
    details: { name: `Delays ${index}`, description: 'Flights by origin and day.', tags: ['flights', 'daily'] },
    definition: templateDefinition({
      datasetId: DATASET,
      columns: FLIGHTS.columns.slice(0, 7).map((column) => reportColumn(column.name, column.type)),
      filter: {
        type: 'and',
        nodes: [
          {
            type: 'condition',
            column: 'delay',
            operator: 'gt',
            operands: [{ type: 'literal', parameter: null, value: '15' }],
          },
          {
            type: 'condition',
            column: 'day',
            operator: 'during',
            operands: [{ type: 'period', period: 'previous', unit: 'day', count: 1 }],
          },
        ],
      },
      sort: [{ header: 'delay', direction: 'descending' }],
    }),
    shares: {},
  };
}

function scheduleOf(template: ExistingTemplate, index: number): Schedule {
  return { template, scheduleId: idOf(`schedule ${index} of ${template.templateId}`) };
}

/** The schedules come round in turn, each burst a minute after the one before. */
function jobOf(schedules: readonly Schedule[], number: number): Job {
  const schedule = schedules[number % schedules.length];
  if (!schedule) throw new RangeError('jobs need a schedule');
  const due = Math.floor(number / BURST) * 60_000;
  return { ...schedule, jobId: idOf(`job ${number}`), due };
}

function registered(): Append {
  const event: DatasetEvent = {
    type: 'DatasetRegistered',
    datasetId: DATASET,
    definition: FLIGHTS,
    by: idOf('user 0'),
    at: instantAfter(0),
  };
  return append('dataset', DATASET, 'no-stream', event, event.by);
}

function created({ templateId, owner, details, definition }: ExistingTemplate): Append {
  const event: TemplateEvent = {
    type: 'TemplateCreated',
    ...{ templateId, owner, details, definition },
    copiedFrom: null,
    at: instantAfter(0),
  };
  return append('template', templateId, 'no-stream', event, owner);
}

function defined({ template: { templateId, owner }, scheduleId }: Schedule): Append {
  const event: ScheduleEvent = {
    type: 'ScheduleDefined',
    ...{ scheduleId, templateId, owner },
    definition: scheduleDefinition(),
    at: instantAfter(0),
  };
  return append('schedule', scheduleId, 'no-stream', event, owner);
}

function requested({ template, scheduleId, jobId, due }: Job): Append {
  const request = selfServiceRequest({
    ...{ jobId, template },
    owner: template.owner,
    nominalTime: instantAfter(due),
    timeZone: 'Europe/Berlin',
    priority: 'normal',
    maxAttempts: 3,
    startBefore: null,
    origin: 'schedule',
    templateRevision: 0,
    schedule: { scheduleId, revision: 0 },
    rerunOf: null,
    parameters: [],
  });
  const event: JobEvent = { type: 'JobRequested', request, at: instantAfter(due + 20) };
  return append('job', jobId, 'no-stream', event, 'system:scheduler');
}

function started({ jobId, due }: Job): Append {
  const event: JobEvent = {
    type: 'JobStarted',
    ...{ jobId, attempt: 1, worker: 'exporter-1' },
    at: instantAfter(due + 60),
  };
  return append('job', jobId, 0, event, 'system:exporter');
}

function completed({ jobId, due }: Job): Append {
  const event: JobEvent = {
    type: 'JobCompleted',
    ...{ jobId, attempt: 1, output: outputOf(jobId) },
    outputExpiresAt: instantAfter(due + 30 * 86_400_000),
    at: instantAfter(due + 900),
  };
  return append('job', jobId, 1, event, 'system:exporter');
}

function outputOf(jobId: string): JobOutput {
  const name = 'Delays_2026-01-01T0730.csv';
  return {
    files: [
      {
        ...{ name, key: `jobs/${jobId}/1/${name}`, format: 'csv', mediaType: 'text/csv; charset=utf-8' },
        ...{ rows: 1_204, bytes: 61_337, sha256: 'a3f1'.repeat(16), sheets: [] },
      },
    ],
    rows: 1_204,
    truncated: false,
    warnings: [],
    withheld: null,
    contentSha256: null,
    timings: { planMs: 4, exportMs: 131, storeMs: 9 },
  };
}

function append(
  aggregate: AggregateType,
  id: string,
  expected: Append['expected'],
  event: { readonly type: string },
  actor: string,
): Append {
  const commandId = idOf(`${event.type} of ${id}`);
  const context = {
    commandId,
    correlationId: idOf(`correlation of ${id}`),
    causationId: null,
    actor,
    traceparent: null,
  };
  return { streamId: streamOf(aggregate, id), expected, events: toNewEvents([event], context) };
}
