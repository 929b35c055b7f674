import type { TopicDeclaration } from '#event-sourcing';
import type { AggregateName } from './published/published-events';

const DAY_MS = 86_400_000;
const RETENTION_DAYS = 7;
/** Dead letters wait for a person. */
const DEAD_LETTER_RETENTION_DAYS = 30;
const LARGEST_RECORD_BYTES = 4 * 1024 * 1024;

/** `<prefix>.<aggregate>.v1`: the topic of an aggregate's events. */
export function topicNameOf(prefix: string, aggregate: AggregateName): string {
  return `${prefix}.${aggregate}.v1`;
}

/** The topic of an aggregate's events as it must stand in Kafka. */
export function eventTopic(prefix: string, aggregate: AggregateName, partitions: number): TopicDeclaration {
  return { name: topicNameOf(prefix, aggregate), partitions, config: configOf(RETENTION_DAYS) };
}

/** `<prefix>.dead-letter.v1`: copies of records that could not be handled, for people and their tools. */
export function deadLetterTopic(prefix: string, partitions: number): TopicDeclaration {
  return { name: `${prefix}.dead-letter.v1`, partitions, config: configOf(DEAD_LETTER_RETENTION_DAYS) };
}

/** Nothing is compacted: each record of a stream counts. What is older is read from the store. */
function configOf(retentionDays: number): TopicDeclaration['config'] {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionDays * DAY_MS),
    'max.message.bytes': String(LARGEST_RECORD_BYTES),
  };
}
