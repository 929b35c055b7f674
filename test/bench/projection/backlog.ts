import { selfServiceRequest, type ExistingTemplate, type JobEvent, type JobOutput, type ScheduleEvent } from '#domain';
import { scheduleDefinition } from '#domain/testing';
import type { Append } from '#event-sourcing';
import { append, created, idOf, instantAfter, registered, templateOf } from '../harness/sample-events';

export interface BacklogSize {
  /** Events in all, exactly. */
  readonly events: number;
  readonly templates: number;
  readonly schedulesPerTemplate: number;
}

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
