import type { JobEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { byStream, type Streams } from './streams';

/** What the system said that it did for a person. */
export type Answer =
  | { readonly kind: 'run'; readonly jobId: string }
  | { readonly kind: 'cancelled'; readonly jobId: string }
  | { readonly kind: 'changed'; readonly scheduleId: string; readonly revision: number }
  | { readonly kind: 'planned'; readonly scheduleId: string; readonly revision: number };

/** What was answered is in the store, and no run by hand is there that nobody asked for. A sentence for each fault. */
export function checkAnswers(events: readonly RecordedEvent[], answers: readonly Answer[]): readonly string[] {
  const streams = byStream(events);
  const asked = answers.flatMap((answer) => (answer.kind === 'run' ? [answer.jobId] : []));
  const violations = answers.flatMap((answer) => checkAnswer(streams, answer));
  if (new Set(asked).size !== asked.length) violations.push('two requests were answered with the same job');
  for (const [streamId, [first]] of streams) {
    const event = first && streamId.startsWith('job-') ? toDomainEvent<JobEvent>(first) : null;
    if (event?.type !== 'JobRequested' || event.request.origin !== 'run_now') continue;
    if (!asked.includes(event.request.jobId)) violations.push(`${streamId} was never asked for, or asked for twice`);
  }
  return violations;
}

function checkAnswer(streams: Streams, answer: Answer): string[] {
  switch (answer.kind) {
    case 'run':
      return streams.has(`job-${answer.jobId}`) ? [] : [`job ${answer.jobId} was promised and is not there`];
    case 'cancelled': {
      const types = streams.get(`job-${answer.jobId}`)?.map(({ type }) => type) ?? [];
      return types.includes('JobCancelled')
        ? []
        : [`job ${answer.jobId} was said to be cancelled: ${types.join(', ')}`];
    }
    case 'changed':
    case 'planned': {
      const { kind, scheduleId, revision } = answer;
      const stream = kind === 'changed' ? 'schedule' : 'deliveryplan';
      const stored = (streams.get(`${stream}-${scheduleId}`)?.length ?? 0) - 1;
      return stored >= revision
        ? []
        : [`${stream} ${scheduleId} was said to be at revision ${revision}, not ${stored}`];
    }
  }
}
