import { v5 } from 'uuid';
import { streamOf, type AggregateType, type DatasetEvent, type ExistingTemplate, type TemplateEvent } from '#domain';
import { FLIGHTS, reportColumn, templateDefinition } from '#domain/testing';
import { toNewEvents, type Append } from '#event-sourcing';

/** The same ids for the same words, run after run. */
const NAMESPACE = '8d0e5b3c-6f0b-4c6e-8a51-3f1f6d1c2b07';
export const idOf = (words: string): string => v5(words, NAMESPACE);
const FIRST_DAY = Date.UTC(2026, 0, 1);
export const instantAfter = (milliseconds: number): string => new Date(FIRST_DAY + milliseconds).toISOString();
const DATASET = idOf('dataset');

/** A template as people make them, one of as many as are wanted. */
export function templateOf(index: number): ExistingTemplate {
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
    retryPolicy: null,
  };
}

/** The dataset of all templates. */
export function registered(): Append {
  const event: DatasetEvent = {
    type: 'DatasetRegistered',
    datasetId: DATASET,
    definition: FLIGHTS,
    by: idOf('user 0'),
    at: instantAfter(0),
  };
  return append('dataset', DATASET, 'no-stream', event, event.by);
}

export function created({ templateId, owner, details, definition }: ExistingTemplate): Append {
  const event: TemplateEvent = {
    type: 'TemplateCreated',
    ...{ templateId, owner, details, definition },
    copiedFrom: null,
    at: instantAfter(0),
  };
  return append('template', templateId, 'no-stream', event, owner);
}

/** One event of a stream. */
export function append(
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
