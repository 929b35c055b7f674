import { v5 } from 'uuid';
import {
  dataset,
  DEFAULT_CSV,
  NO_CALENDAR,
  PLAIN_REPORT,
  PLAIN_SCHEDULE,
  schedule,
  streamOf,
  template,
  type DatasetColumn,
  type DatasetDefinition,
  type DatasetState,
  type ScheduleDefinition,
  type TemplateDefinition,
} from '#domain';
import { execute, fold, toDomainEvent, type CommandContext, type Decider, type DomainRefusal } from '#event-sourcing';
import type { DatasetEvent } from '#domain';
import type { Parts } from '#runtime';
import { SAMPLE_DATA_SOURCE } from './embedded';

/** Fixed, so that a later start finds the samples again, also when somebody has changed or archived them. */
const NAMESPACE = '5f8f4a5e-54a4-4a0c-8f3f-0d8a3f2f7a11';
const id = (what: string): string => v5(what, NAMESPACE);

const SAMPLE_TEMPLATE_ID = id('template: delayed flights');
const SAMPLE_SCHEDULE_ID = id('schedule: delayed flights, every minute');

const RELATIONS = [
  { relation: 'flights', name: 'Flights', description: 'Three million domestic flights in the United States.' },
  { relation: 'birdstrikes', name: 'Bird strikes', description: 'Aircraft that met wildlife.' },
  { relation: 'movies', name: 'Movies', description: 'Films with their takings and ratings.' },
] as const;

const sampleDatasetId = (relation: string): string => id(`dataset: ${relation}`);

/** Registers the sample datasets, a template and a schedule that fires every minute. Does nothing the second time. */
export async function seedSamples(parts: Parts, owner: string): Promise<void> {
  const at = parts.clock.now().toISOString();
  for (const { relation, name, description } of RELATIONS) {
    const datasetId = sampleDatasetId(relation);
    if (await exists(parts, streamOf('dataset', datasetId))) continue;
    const definition = await datasetDefinition(parts, relation, name, description);
    await run(parts, dataset, streamOf('dataset', datasetId), owner, {
      type: 'RegisterDataset',
      ...{ datasetId, definition, by: owner, at },
    });
  }
  const templateId = SAMPLE_TEMPLATE_ID;
  await run(parts, template, streamOf('template', templateId), owner, {
    type: 'CreateTemplate',
    details: {
      name: 'Delayed flights',
      description: 'Flights of last week from five large airports that were more than an hour late.',
      tags: ['sample'],
    },
    ...{ templateId, owner, definition: delayedFlights(), copiedFrom: null, at },
    dataset: await datasetState(parts, sampleDatasetId('flights')),
  });
  const scheduleId = SAMPLE_SCHEDULE_ID;
  await run(parts, schedule, streamOf('schedule', scheduleId), owner, {
    type: 'DefineSchedule',
    ...{ scheduleId, templateId, owner, definition: everyMinute(), at },
    template: { status: 'active', problems: [] },
    calendar: NO_CALENDAR,
    trigger: 'none',
  });
}

function delayedFlights(): TemplateDefinition {
  const column = (name: string, header: string, dataType: DatasetColumn['type']) => ({
    ...{ column: name, expression: null, header, dataType },
    format: null,
    aggregate: null,
  });
  const condition = { type: 'condition' } as const;
  return {
    datasetId: sampleDatasetId('flights'),
    columns: [
      column('date', 'Departure', 'timestamp'),
      column('origin', 'From', 'string'),
      column('destination', 'To', 'string'),
      column('delay', 'Delay (min)', 'integer'),
      column('distance', 'Distance (miles)', 'integer'),
    ],
    filter: {
      type: 'and',
      nodes: [
        {
          ...condition,
          column: 'date',
          operator: 'during',
          operands: [{ type: 'period', period: 'previous', unit: 'week', count: 1 }],
        },
        {
          ...condition,
          column: 'delay',
          operator: 'gt',
          operands: [{ type: 'literal', parameter: null, value: '60' }],
        },
        {
          ...condition,
          column: 'origin',
          operator: 'in',
          operands: ['ORD', 'ATL', 'DFW', 'LAX', 'PHX'].map((value) => ({
            type: 'literal' as const,
            parameter: null,
            value,
          })),
        },
      ],
    },
    groupBy: null,
    sort: [
      { header: 'Delay (min)', direction: 'descending' },
      { header: 'Departure', direction: 'ascending' },
    ],
    rowLimit: null,
    output: { ...DEFAULT_CSV, retentionMinutes: 60 },
    ...PLAIN_REPORT,
  };
}

function everyMinute(): ScheduleDefinition {
  return {
    ...PLAIN_SCHEDULE,
    name: 'Delayed flights, every minute',
    recurrence: { type: 'minutes', every: 1 },
    timeZone: 'UTC',
    startsAt: null,
    endsAt: null,
    priority: 'low',
    catchUpMinutes: 0,
  };
}

async function datasetDefinition(
  parts: Parts,
  relation: string,
  name: string,
  description: string,
): Promise<DatasetDefinition> {
  const source = await parts.dataSources.get(SAMPLE_DATA_SOURCE);
  const live = await source?.introspect({ schema: 'public', name: relation });
  if (!live) throw new Error(`The sample table ${relation} is missing. Begin anew: npm start -- --reset`);
  const columns = live.map((column) => ({
    name: column.name,
    label: labelOf(column.name),
    type: column.type,
    nullable: column.nullable,
    description: null,
  }));
  return {
    ...{ name, description, columns },
    dataSource: SAMPLE_DATA_SOURCE,
    relation: { schema: 'public', name: relation },
    query: null,
    rowLimit: null,
  };
}

/** `cost_total` and `Cost Total $` become `Cost total` and `Cost Total $`. */
function labelOf(column: string): string {
  const words = column.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function exists(parts: Parts, streamId: string): Promise<boolean> {
  return (await parts.eventStore.headRevisions([streamId])).has(streamId);
}

async function datasetState(parts: Parts, datasetId: string): Promise<DatasetState> {
  const events = await parts.eventStore.readStream(streamOf('dataset', datasetId));
  return fold(
    dataset,
    events.map((event) => toDomainEvent<DatasetEvent>(event)),
  );
}

/** The first time only: whatever became of a sample since then is its users' wish. */
async function run<Command, State, Event extends { readonly type: string }, Refusal extends DomainRefusal>(
  parts: Parts,
  decider: Decider<Command, State, Event, Refusal>,
  streamId: string,
  actor: string,
  command: Command,
): Promise<void> {
  if (await exists(parts, streamId)) return;
  const commandId = id(`command: ${streamId}`);
  const context: CommandContext = { commandId, correlationId: commandId, causationId: null, actor, traceparent: null };
  const outcome = await execute(parts.eventStore, decider, { streamId, command, context });
  if (outcome.kind !== 'done') {
    throw new Error(
      `The sample ${streamId} was refused: ${JSON.stringify('refusal' in outcome ? outcome.refusal : outcome)}`,
    );
  }
}
