import { toInstant, type ExistingTemplate, type ScheduleDefinition, type ScheduleEvent } from '#domain';
import { scheduleDefinition } from '#domain/testing';
import type { Append, EventStore } from '#event-sourcing';
import { concurrently } from '../append/our-appends';
import { append, created, idOf, registered, templateOf } from '../harness/sample-events';

/** Schedules of the same definition, shared out evenly over templates. */
export interface ScheduleSet {
  /** Part of their ids, so that sets differ. */
  readonly name: string;
  readonly schedules: number;
  readonly definition: Partial<ScheduleDefinition>;
}

const TEMPLATES = 1_000;
const BATCH = 1_000;
const BATCHES_AT_ONCE = 4;

/** Stores the dataset and the templates that all schedules are of. */
export async function storeTemplates(store: EventStore): Promise<void> {
  await accepted(store, [registered(), ...templates().map(created)]);
}

/** Stores schedules that are defined now: nothing is due before. */
export async function storeSchedules(store: EventStore, { name, schedules, definition }: ScheduleSet): Promise<void> {
  const all = templates();
  const whole = scheduleDefinition(definition);
  let next = 0;
  await concurrently(BATCHES_AT_ONCE, async () => {
    while (next < schedules) {
      const first = next;
      next = Math.min(first + BATCH, schedules);
      const count = next - first;
      await accepted(
        store,
        Array.from({ length: count }, (_, index) => defined(all, name, first + index, whole)),
      );
    }
  });
}

export function scheduleIdOf(set: string, index: number): string {
  return idOf(`schedule ${index} of ${set}`);
}

function templates(): readonly ExistingTemplate[] {
  return Array.from({ length: TEMPLATES }, (_, index) => templateOf(index));
}

function defined(all: readonly ExistingTemplate[], set: string, index: number, definition: ScheduleDefinition): Append {
  const template = all[index % all.length];
  if (!template) throw new RangeError('schedules need a template');
  const { templateId, owner } = template;
  const scheduleId = scheduleIdOf(set, index);
  const event: ScheduleEvent = {
    type: 'ScheduleDefined',
    ...{ scheduleId, templateId, owner, definition },
    at: toInstant(Date.now()),
  };
  return append('schedule', scheduleId, 'no-stream', event, owner);
}

async function accepted(store: EventStore, appends: readonly Append[]): Promise<void> {
  const outcomes = await store.appendMany(appends);
  if (outcomes.some(({ ok }) => !ok)) throw new Error('the store refused an event of the bench');
}
