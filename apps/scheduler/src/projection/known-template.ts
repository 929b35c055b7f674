import { template, type ExistingTemplate, type TemplateEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';

/** A template as the scheduler knows it: a row of `scheduler.template`, which leaves out with whom it is shared. */
export interface KnownTemplate {
  readonly state: ExistingTemplate;
  /** Revision of the template's stream up to which this is known. */
  readonly revision: number;
}

/** After one more event of the template's stream. An event seen before changes nothing. */
export function withTemplateEvent(known: KnownTemplate | undefined, event: RecordedEvent): KnownTemplate | undefined {
  if (known && event.revision <= known.revision) return known;
  const state = template.evolve(known?.state ?? template.initial, toDomainEvent<TemplateEvent>(event));
  return state.status === 'absent' ? known : { state, revision: event.revision };
}
