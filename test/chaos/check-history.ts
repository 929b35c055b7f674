import type { RecordedEvent } from '#event-sourcing';
import { checkJobs } from './proof/check-jobs';
import { checkOccurrences, type OccurrenceOptions } from './proof/check-occurrences';
import { checkOrder } from './proof/check-order';

export interface History extends OccurrenceOptions {
  /** Every event of the store, by position. */
  readonly events: readonly RecordedEvent[];
}

/** What the store's events alone prove to be wrong, one sentence each; an empty list when every promise was kept. */
export function checkHistory({ events, ...options }: History): readonly string[] {
  return [...checkOrder(events), ...checkJobs(events), ...checkOccurrences(events, options)];
}
