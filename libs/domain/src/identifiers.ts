/** All ids are UUIDs in lower case, save where told otherwise. */
export type TemplateId = string;
export type ScheduleId = string;
export type CalendarId = string;
export type BackfillId = string;
export type JobId = string;
export type DatasetId = string;
export type DataSourceId = string;
/** Under which a secret is kept. */
export type SecretId = string;
export type UserId = string;
/** Of a message to a person. */
export type NotificationId = string;
/** Follows from the name. */
export type DestinationId = string;
export type DeliveryId = string;
export type PlanEntryId = string;
/** Under which a person's address is kept. */
export type RecipientId = string;

/** A point in time, RFC 3339 in UTC with milliseconds: `2026-11-23T07:30:00.000Z`. */
export type Instant = string;

/** An IANA time zone name: `Europe/Berlin`. */
export type TimeZone = string;

export type AggregateType =
  | 'template'
  | 'schedule'
  | 'job'
  | 'dataset'
  | 'datasource'
  | 'calendar'
  | 'backfill'
  | 'circuit'
  | 'preferences'
  | 'notification'
  | 'destination'
  | 'deliveryplan'
  | 'delivery'
  | 'burstplan'
  | 'burst';

/** The stream of an aggregate: `template-<uuid>`. Also the key of its Kafka records. */
export function streamOf(aggregate: AggregateType, id: string): string {
  return `${aggregate}-${id}`;
}
