import type { AccessEvent } from '#access';
import type {
  BackfillEvent,
  BurstEvent,
  BurstPlanEvent,
  CalendarEvent,
  CircuitEvent,
  DataSourceEvent,
  DatasetEvent,
  DeliveryEvent,
  DeliveryPlanEvent,
  DestinationEvent,
  JobEvent,
  NotificationEvent,
  PreferencesEvent,
  ScheduleEvent,
  TemplateEvent,
} from '#domain';

/**
 * Every event that is published, by aggregate, with the version of its schema that is written now. A new event does not
 * compile until it stands here, and no test passes until `schemas/` has its file.
 */
export const PUBLISHED_EVENTS = {
  template: {
    TemplateCreated: 2,
    TemplateRevised: 2,
    TemplateArchived: 1,
    TemplateRestored: 1,
    TemplateShared: 1,
    TemplateUnshared: 1,
    TemplateTransferred: 1,
    RetryPolicyChosen: 1,
  } satisfies Record<TemplateEvent['type'], number>,
  schedule: {
    ScheduleDefined: 2,
    ScheduleRevised: 2,
    SchedulePaused: 2,
    ScheduleResumed: 1,
    ScheduleRemoved: 1,
    OccurrencesSkipped: 1,
  } satisfies Record<ScheduleEvent['type'], number>,
  job: {
    JobRequested: 4,
    OccurrenceSkipped: 1,
    JobStarted: 1,
    JobCompleted: 2,
    JobAttemptFailed: 2,
    JobAttemptLost: 2,
    JobFailed: 2,
    JobCancelled: 1,
    JobExpired: 1,
    OutputExpired: 1,
    JobStalled: 1,
    JobRunningLong: 1,
    JobDropped: 1,
  } satisfies Record<JobEvent['type'], number>,
  dataset: {
    DatasetRegistered: 2,
    DatasetRevised: 2,
    DatasetRetired: 1,
    DatasetRefreshed: 1,
  } satisfies Record<DatasetEvent['type'], number>,
  datasource: {
    DataSourceRegistered: 2,
    DataSourceRevised: 2,
    DataSourceRetired: 1,
  } satisfies Record<DataSourceEvent['type'], number>,
  calendar: {
    CalendarDefined: 1,
    CalendarRevised: 1,
    CalendarRemoved: 1,
  } satisfies Record<CalendarEvent['type'], number>,
  backfill: {
    BackfillStarted: 1,
    BackfillCancelled: 1,
    BackfillCompleted: 1,
  } satisfies Record<BackfillEvent['type'], number>,
  circuit: {
    CircuitOpened: 1,
    CircuitClosed: 1,
  } satisfies Record<CircuitEvent['type'], number>,
  preferences: {
    NotificationPreferencesSet: 1,
  } satisfies Record<PreferencesEvent['type'], number>,
  notification: {
    NotificationSent: 1,
    NotificationFailed: 1,
  } satisfies Record<NotificationEvent['type'], number>,
  destination: {
    DestinationRegistered: 1,
    DestinationRevised: 1,
    DestinationRetired: 1,
  } satisfies Record<DestinationEvent['type'], number>,
  deliveryplan: {
    DeliveriesPlanned: 1,
  } satisfies Record<DeliveryPlanEvent['type'], number>,
  delivery: {
    DeliveryRequested: 1,
    DeliveryAttemptFailed: 1,
    DeliveryCompleted: 1,
    DeliveryFailed: 1,
    DeliveryCancelled: 1,
    DeliveryRetried: 1,
  } satisfies Record<DeliveryEvent['type'], number>,
  burstplan: {
    BurstPlanned: 1,
    BurstWithdrawn: 1,
  } satisfies Record<BurstPlanEvent['type'], number>,
  burst: {
    BurstExpanded: 1,
    BurstFailed: 1,
  } satisfies Record<BurstEvent['type'], number>,
  access: {
    SignedIn: 1,
    SignInRefused: 1,
    AccessRefused: 1,
    PreviewRead: 1,
    FileDownloaded: 1,
    UserAdded: 1,
    UserDisabled: 1,
    UserEnabled: 1,
    UserLimited: 1,
    PasswordChanged: 1,
    EmailChanged: 1,
    RecipientErased: 1,
  } satisfies Record<AccessEvent['type'], number>,
} as const;

export type AggregateName = keyof typeof PUBLISHED_EVENTS;

export const AGGREGATE_NAMES = Object.keys(PUBLISHED_EVENTS) as readonly AggregateName[];

/** The version that is written now, by event type. */
export const CURRENT_VERSIONS: ReadonlyMap<string, number> = new Map(
  Object.values(PUBLISHED_EVENTS).flatMap((versions) => Object.entries(versions)),
);

/** The aggregate of a stream: what stands before the first dash. Throws a `RangeError` for a stream of none. */
export function aggregateOfStream(streamId: string): AggregateName {
  const name = streamId.slice(0, Math.max(0, streamId.indexOf('-')));
  if (isAggregateName(name)) return name;
  throw new RangeError(`the stream ${streamId} belongs to no aggregate that is published`);
}

function isAggregateName(name: string): name is AggregateName {
  return Object.hasOwn(PUBLISHED_EVENTS, name);
}
