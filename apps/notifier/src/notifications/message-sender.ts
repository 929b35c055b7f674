import type { Role, UserStore } from '#access';
import type { Pool } from '#database';
import { DeliveryError, type DeliveryChannel, type Receipt } from '#delivery-channels';
import {
  notification,
  streamOf,
  toInstant,
  type DestinationId,
  type NotificationCommand,
  type NotificationContents,
  type NotificationEvent,
  type NotificationState,
  type UserId,
} from '#domain';
import { derivedId, execute, fold, toDomainEvent, type EventStore } from '#event-sourcing';
import {
  kindsOf,
  messageParcel,
  recordedNotices,
  renderAlike,
  renderDigest,
  unsubscribeUrlOf,
  UnusableDestination,
  webhookNotice,
  type NoticeFacts,
  type UnsubscribeLinks,
} from '#notifications';
import type { Clock, Logger } from '#platform';
import { endMessage, postponeMessage, type OpenMessage } from './message-table';
import { noticesOfMessage, type StoredNotice } from './notice-table';
import { readPreferences } from './read-preferences';

/** In whose name it happens. */
export const ACTOR = 'system:notifier';

const MOST_ATTEMPTS = 8;
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 3_600_000;

export interface SenderParts {
  readonly pool: Pool;
  readonly eventStore: EventStore;
  readonly users: Pick<UserStore, 'byId'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly links: UnsubscribeLinks;
  readonly publicUrl: string;
  /** The way to an address. @throws DeliveryError `delivery.options_invalid` */
  readonly channelToAddress: (address: string, unsubscribeUrl: string) => DeliveryChannel;
  /** The way to a destination. @throws UnusableDestination, DeliveryError */
  readonly channelToDestination: (destinationId: DestinationId, role: Role) => Promise<DeliveryChannel>;
}

type Failure = Pick<DeliveryError, 'message' | 'transient' | 'retryAfterSeconds'> & { readonly code: string };

type Outcome =
  { readonly type: 'sent'; readonly receipt: Receipt } | { readonly type: 'failed'; readonly failure: Failure };

interface Attempt {
  readonly notices: readonly StoredNotice[];
  readonly alike: boolean;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** Makes attempts at messages. Each outcome is on record before the tables know of it. */
export class MessageSender {
  constructor(private readonly parts: SenderParts) {}

  /**
   * One attempt. Gives when another one follows, or null. An aborted signal breaks it off, and it counts for nothing. A message that
   * was recorded as sent is not sent again; one whose sender died before that is, under the same Message-ID or idempotency key.
   */
  async attempt(userId: UserId, message: OpenMessage, signal: AbortSignal): Promise<Date | null> {
    const { pool, eventStore } = this.parts;
    const { notificationId, way, alike } = message;
    const state = await this.#stateOf(notificationId);
    if (state.status === 'sent' || state.status === 'failed') {
      await endMessage(pool, notificationId, state.attempt, state.failure);
      return null;
    }
    const attempt = state.status === 'absent' ? 1 : state.attempt + 1;
    const notices = await noticesOfMessage(pool, notificationId);
    const contents: NotificationContents = {
      ...{ notificationId, userId, channel: way },
      destinationId: way === 'email' ? null : (await readPreferences(eventStore, userId)).destinationId,
      kinds: kindsOf(notices.map(({ facts }) => facts)),
      notices: notices.length,
      eventIds: recordedEvents(notices, alike),
    };
    const outcome = await this.#send(contents, { notices, alike, attempt, signal });
    if (outcome.type === 'failed') return this.#failed(contents, attempt, outcome.failure, signal);
    const { answer, reference } = outcome.receipt;
    await this.#record({ type: 'RecordSent', ...contents, attempt, answer, reference, at: this.#now() });
    await endMessage(pool, notificationId, attempt, null);
    return null;
  }

  async #send(contents: NotificationContents, { notices, alike, attempt, signal }: Attempt): Promise<Outcome> {
    const { links, publicUrl, clock } = this.parts;
    const { notificationId, userId, channel: way, kinds } = contents;
    const facts = notices.map((notice) => notice.facts);
    // Others may read along at a destination: the link would be theirs as well.
    const unsubscribeUrl =
      way === 'email' ? unsubscribeUrlOf(publicUrl, links.tokenOf({ userId, kinds }, clock.now())) : null;
    const message = render(facts, alike, { publicUrl, unsubscribeUrl });
    const notice = webhookNotice(facts, alike, message, publicUrl);
    const parcel = messageParcel({ notificationId, attempt, kinds, at: this.#now(), publicUrl, message, notice });
    try {
      const channel = await this.#channelFor(contents, unsubscribeUrl);
      return { type: 'sent', receipt: await channel.send(parcel, signal) };
    } catch (error) {
      if (error instanceof DeliveryError) return { type: 'failed', failure: error };
      if (!(error instanceof UnusableDestination)) throw error;
      const { code, message: sentence, transient } = error;
      return { type: 'failed', failure: { code, message: sentence, transient, retryAfterSeconds: null } };
    }
  }

  async #channelFor({ userId, destinationId }: NotificationContents, unsubscribeUrl: string | null) {
    const { users, channelToAddress, channelToDestination } = this.parts;
    const user = await users.byId(userId);
    const active = user?.disabledAt === null ? user : null;
    if (unsubscribeUrl !== null) {
      if (active === null || active.email === null) throw noAddress();
      return channelToAddress(active.email, unsubscribeUrl);
    }
    if (active === null || destinationId === null) throw noDestination();
    return channelToDestination(destinationId, active.role);
  }

  async #failed(
    contents: NotificationContents,
    attempt: number,
    failure: Failure,
    signal: AbortSignal,
  ): Promise<Date | null> {
    const { pool, clock, logger } = this.parts;
    // The stop broke it off: nobody failed.
    if (signal.aborted) return clock.now();
    const again = failure.transient && attempt < MOST_ATTEMPTS;
    const retryAt = again ? new Date(clock.now().getTime() + delayMs(attempt, failure)) : null;
    const { code, message } = failure;
    const { notificationId } = contents;
    await this.#record({
      ...{ type: 'RecordFailure', ...contents, attempt, code, message },
      retryAt: retryAt && toInstant(retryAt),
      at: this.#now(),
    });
    logger.warn({ notificationId, attempt, code, retryAt }, 'a person could not be told');
    if (retryAt === null) await endMessage(pool, notificationId, attempt, { code, message });
    else await postponeMessage(pool, notificationId, attempt, { code, message }, toInstant(retryAt));
    return retryAt;
  }

  async #stateOf(notificationId: string): Promise<NotificationState> {
    const history = await this.parts.eventStore.readStream(streamOf('notification', notificationId));
    return fold(
      notification,
      history.map((event) => toDomainEvent<NotificationEvent>(event)),
    );
  }

  async #record(command: NotificationCommand): Promise<void> {
    const { notificationId, attempt, eventIds } = command;
    const outcome = await execute(this.parts.eventStore, notification, {
      streamId: streamOf('notification', notificationId),
      command,
      context: {
        commandId: derivedId(notificationId, `attempt ${attempt}`),
        correlationId: notificationId,
        causationId: eventIds[0] ?? null,
        actor: ACTOR,
        traceparent: null,
      },
    });
    if (outcome.kind !== 'done') throw new Error(`${notificationId} could not be recorded: ${outcome.kind}`);
  }

  #now(): string {
    return toInstant(this.parts.clock.now());
  }
}

/** Of what the message tells. What it tells of besides, the outbox and the inbox know. */
function recordedEvents(notices: readonly StoredNotice[], alike: boolean): readonly string[] {
  const recorded = recordedNotices(
    notices.map(({ eventId, facts: { kind } }) => ({ eventId, kind })),
    alike,
  );
  return [...new Set(recorded.map(({ eventId }) => eventId))];
}

function render(facts: readonly NoticeFacts[], alike: boolean, links: Parameters<typeof renderDigest>[1]) {
  const [first, ...others] = facts;
  return alike && first !== undefined ? renderAlike([first, ...others], links) : renderDigest(facts, links);
}

function noAddress(): DeliveryError {
  const message = 'The person has no address any more, or may not sign in.';
  return new DeliveryError('delivery.options_invalid', message, false);
}

function noDestination(): UnusableDestination {
  const message = 'The person has no destination any more, or may not sign in.';
  return new UnusableDestination('notification.no_destination', message, false);
}

/** A minute, then four times as long each time, an hour at most; longer where the other side asked for it. */
function delayMs(attempt: number, { retryAfterSeconds }: Failure): number {
  const delay = Math.min(FIRST_RETRY_MS * 4 ** (attempt - 1), LAST_RETRY_MS);
  return Math.max(delay, Math.min((retryAfterSeconds ?? 0) * 1000, LAST_RETRY_MS));
}
