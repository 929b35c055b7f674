import { streamOf, type JobEvent, type NotificationEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { byStream, type Streams } from './streams';

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
 * Nobody is told twice of one event; whoever has a job that failed for good is told of it, or will be; and what the events say of mails
 * is what the mail server knows. A sentence for each fault.
 */
export function checkNotices(events: readonly RecordedEvent[], options: NoticesOptions): readonly string[] {
  const messages = messagesOf(byStream(events));
  return [
    ...openNotices(events, options),
    ...messages.flatMap((message) => checkMessage(message, options)),
    ...checkRepeats(messages),
  ];
}

/** Failures that their owners were not told of, and mails whose fate is not on record yet, a sentence each. */
export function openNotices(events: readonly RecordedEvent[], options: NoticesOptions): readonly string[] {
  const messages = messagesOf(byStream(events));
  const known = new Set(messages.map(({ id }) => id));
  const untold = failuresOf(events).filter(
    (failure) => options.addresses.has(failure.owner) && !isSeenTo(failure, messages, options),
  );
  const unknown = options.mails.filter(({ messageId }) => !known.has(notificationOf(messageId)));
  return [
    ...untold.map(({ jobId, owner }) => `${owner} was not told that job ${jobId} failed`),
    ...unknown.map(({ messageId }) => `the mail server got ${messageId}, of which no event tells`),
  ];
}

interface Message {
  /** Of the notification. */
  readonly id: string;
  readonly history: readonly NotificationEvent[];
}

interface Failure {
  readonly eventId: string;
  readonly jobId: string;
  readonly owner: string;
  readonly code: string;
  readonly at: string;
}

function messagesOf(streams: Streams): readonly Message[] {
  const prefix = streamOf('notification', '');
  return [...streams].flatMap(([streamId, history]) =>
    streamId.startsWith(prefix)
      ? [
          {
            id: streamId.slice(prefix.length),
            history: history.map((event) => toDomainEvent<NotificationEvent>(event)),
          },
        ]
      : [],
  );
}

function failuresOf(events: readonly RecordedEvent[]): readonly Failure[] {
  const owners = new Map<string, string>();
  return events.flatMap((recorded) => {
    if (!recorded.streamId.startsWith(streamOf('job', ''))) return [];
    const event = toDomainEvent<JobEvent>(recorded);
    if (event.type === 'JobRequested') owners.set(event.request.jobId, event.request.owner);
    if (event.type !== 'JobFailed') return [];
    const { jobId, failure, at } = event;
    return [{ eventId: recorded.id, jobId, owner: owners.get(jobId) ?? '', code: failure.code, at }];
  });
}

/** Told, or given up for a reason that is on record; or rightly waiting: for the next attempt, or gathered with those alike. */
function isSeenTo(
  { eventId, owner, code, at }: Failure,
  messages: readonly Message[],
  { gatherMinutes, readAt }: NoticesOptions,
): boolean {
  const toOwner = messages.flatMap(({ history }) => history.filter(({ userId }) => userId === owner).slice(-1));
  const own = toOwner.find(({ eventIds }) => eventIds.includes(eventId));
  if (own) return isAtRest(own, readAt);
  return toOwner.some((last) => {
    const isAlike =
      last.kinds.length === 1 && last.kinds[0] === (code === 'template.invalid' ? 'template_invalid' : 'failed');
    // Of many that it tells of, a message has some on record and counts the others.
    const isCounted = last.notices > last.eventIds.length && last.at >= at && isAtRest(last, readAt);
    // The first attempt came after the message was planned, from which the time counts: a moment too long does no harm.
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
