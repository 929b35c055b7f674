import {
  type DeliveryEvent,
  type DeliveryRequest,
  type JobEvent,
  type JobRequest,
  type NoticeKind,
  type NotificationEvent,
} from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { byStream, historiesOf } from './streams';

/** A mail that the mail server took. */
export interface ReceivedMail {
  readonly messageId: string;
  readonly to: string;
}

export interface NoticesOptions {
  /** Addresses of the people who have one, by user id. They may sign in all the time and have chosen nothing. */
  readonly addresses: ReadonlyMap<string, string>;
  /** What the mail server took. */
  readonly mails: readonly ReceivedMail[];
  /** Until so many minutes after a message, those alike are gathered. */
  readonly gatherMinutes: number;
  /** When the events were read: what is held or tried again after that is not late. */
  readonly readAt: Date;
}

const MINUTE_MS = 60_000;

/**
 * Nobody is told twice of one event; whoever has a job or a delivery that failed for good is told of it, or will be; and what the events say of mails
 * is what the mail server knows. A sentence for each fault.
 */
export function checkNotices(events: readonly RecordedEvent[], options: NoticesOptions): readonly string[] {
  const messages = historiesOf(byStream(events), 'notification');
  return [
    ...openNotices(events, options),
    ...messages.flatMap((message) => checkMessage(message, options)),
    ...checkRepeats(messages),
  ];
}

/** Failures that their owners were not told of, and mails whose fate is not on record yet, a sentence each. */
export function openNotices(events: readonly RecordedEvent[], options: NoticesOptions): readonly string[] {
  const messages = historiesOf(byStream(events), 'notification');
  const known = new Set(messages.map(({ id }) => id));
  const failures = failuresOf(events);
  const untold = [...failures].filter(
    ([eventId, { owner }]) => options.addresses.has(owner) && !isSeenTo(eventId, failures, messages, options),
  );
  const unknown = options.mails.filter(({ messageId }) => !known.has(notificationOf(messageId)));
  return [
    ...untold.map(([, { what, owner }]) => `${owner} was not told that ${what} failed`),
    ...unknown.map(({ messageId }) => `the mail server got ${messageId}, of which no event tells`),
  ];
}

interface Message {
  /** Of the notification. */
  readonly id: string;
  readonly history: readonly NotificationEvent[];
}

interface Failure {
  /** Such as `job` and its id. */
  readonly what: string;
  readonly owner: string;
  readonly kind: NoticeKind;
  /** What failures that are told together share. */
  readonly likeness: string;
  readonly at: string;
}

/** Jobs and deliveries that failed for good, by the ids of the events that say so. */
function failuresOf(events: readonly RecordedEvent[]): ReadonlyMap<string, Failure> {
  const failures = new Map<string, Failure>();
  const jobs = new Map<string, JobRequest>();
  const deliveries = new Map<string, DeliveryRequest>();
  for (const recorded of events) {
    const event = toDomainEvent<JobEvent | DeliveryEvent>(recorded);
    if (event.type === 'JobRequested') jobs.set(event.request.jobId, event.request);
    else if (event.type === 'DeliveryRequested') deliveries.set(event.request.deliveryId, event.request);
    else if (event.type === 'JobFailed') {
      const { code } = event.failure;
      const kind = code === 'template.invalid' ? 'template_invalid' : 'failed';
      const owner = jobs.get(event.jobId)?.owner ?? '';
      failures.set(recorded.id, { what: `job ${event.jobId}`, owner, kind, likeness: code, at: event.at });
    } else if (event.type === 'DeliveryFailed') {
      const { owner = '', target } = deliveries.get(event.deliveryId) ?? {};
      const likeness = target?.destination?.destinationId ?? event.failure.code;
      failures.set(recorded.id, {
        what: `delivery ${event.deliveryId}`,
        owner,
        kind: 'delivery_failed',
        likeness,
        at: event.at,
      });
    }
  }
  return failures;
}

/** Told, or given up for a reason that is on record; or rightly waiting: for the next attempt, or gathered with those alike. */
function isSeenTo(
  eventId: string,
  failures: ReadonlyMap<string, Failure>,
  messages: readonly Message[],
  { gatherMinutes, readAt }: NoticesOptions,
): boolean {
  const failure = failures.get(eventId);
  const toOwner = messages
    .flatMap(({ history }) => history.slice(-1))
    .filter(({ userId }) => userId === failure?.owner);
  const own = toOwner.find(({ eventIds }) => eventIds.includes(eventId));
  if (own) return isAtRest(own, readAt);
  return toOwner.some((last) => {
    // Different ones that were told together gather nothing, nor does a test.
    const isAlike =
      last.kinds.length === 1 &&
      last.eventIds.every((told) => {
        const other = failures.get(told);
        return other?.kind === failure?.kind && other?.likeness === failure?.likeness;
      });
    // Of many that it tells of, a message has some on record and counts the others.
    const isCounted =
      last.notices > last.eventIds.length && failure !== undefined && last.at >= failure.at && isAtRest(last, readAt);
    // An attempt ends after its message was planned, from which the time counts: a moment too long does no harm.
    return isAlike && (isCounted || Date.parse(last.at) + gatherMinutes * MINUTE_MS > readAt.getTime());
  });
}

function isAtRest(last: NotificationEvent, readAt: Date): boolean {
  return last.type === 'NotificationSent' || last.retryAt === null || Date.parse(last.retryAt) > readAt.getTime();
}

/** Attempts follow one another up to one end; what was sent was taken, for the person whom it concerns. */
function checkMessage({ id, history }: Message, { mails, addresses }: NoticesOptions): readonly string[] {
  const faults: string[] = [];
  let last = 0;
  let ended = false;
  for (const event of history) {
    if (ended) faults.push(`notification ${id} has ${event.type} after its end`);
    if (event.attempt !== last + 1)
      faults.push(`notification ${id} has attempt ${event.attempt} after attempt ${last}`);
    last = event.attempt;
    ended = event.type === 'NotificationSent' || event.retryAt === null;
    if (event.type !== 'NotificationSent') continue;
    const taken = mails.filter(({ messageId }) => messageId === event.reference);
    if (taken.length === 0) faults.push(`notification ${id} is marked as sent, and the mail server did not take it`);
    if (taken.some(({ to }) => to !== addresses.get(event.userId)))
      faults.push(`notification ${id} went to somebody else`);
  }
  return faults;
}

/** No two messages tell one person of the same event. (A completed report could be told as two kinds; nobody here asks for those.) */
function checkRepeats(messages: readonly Message[]): readonly string[] {
  const told = new Set<string>();
  return messages.flatMap(({ history }) =>
    history.flatMap((event) =>
      event.type === 'NotificationSent'
        ? event.eventIds.flatMap((eventId) => {
            const place = `${event.userId} ${eventId}`;
            const isRepeat = told.has(place);
            told.add(place);
            return isRepeat ? [`${event.userId} was told twice of event ${eventId}`] : [];
          })
        : [],
    ),
  );
}

/** The local part of a Message-ID. */
function notificationOf(messageId: string): string {
  return /^<([^@]+)@/.exec(messageId)?.[1] ?? messageId;
}
