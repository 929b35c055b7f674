import { randomUUID } from 'node:crypto';
import { streamOf, type ScheduleEvent } from '#domain';
import { scheduleDefinition } from '#domain/testing';
import { commandIdOf, toNewEvents, type Append } from '#event-sourcing';

/** The first event of a new schedule: what a single append most often stores, and of a usual size. */
export function newStream(): Append {
  const scheduleId = randomUUID();
  const owner = randomUUID();
  const event: ScheduleEvent = {
    type: 'ScheduleDefined',
    scheduleId,
    templateId: randomUUID(),
    owner,
    definition: scheduleDefinition(),
    at: new Date().toISOString(),
  };
  const commandId = commandIdOf(owner, 'POST', '/v1/schedules', null);
  const context = { commandId, correlationId: commandId, causationId: null, actor: owner, traceparent: null };
  return { streamId: streamOf('schedule', scheduleId), expected: 'no-stream', events: toNewEvents([event], context) };
}

/** A row of the event's table without what is made anew for each row: for peers, who store as many bytes as we do. */
export interface SampleRow {
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export function sampleRow(): SampleRow {
  const event = newStream().events[0]!;
  return { type: event.type, data: JSON.stringify(event.data), metadata: JSON.stringify(event.metadata) };
}
