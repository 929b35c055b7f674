import type { UserStore } from '#access';
import type { Pool } from '#database';
import { DeliveryError, type DeliveryChannel, type Receipt } from '#delivery-channels';
import {
  notification,
  streamOf,
  toInstant,
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
  namedNotices,
  renderAlike,
  renderDigest,
  unsubscribeUrlOf,
  type NoticeFacts,
  type UnsubscribeLinks,
} from '#notifications';
import type { Clock, Logger } from '#platform';
import { endMessage, postponeMessage, type OpenMessage } from './message-table';
import { noticesOfMessage, type StoredNotice } from './notice-table';

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
  readonly channelTo: (address: string, unsubscribeUrl: string) => DeliveryChannel;
}

type Outcome =
  { readonly type: 'sent'; readonly receipt: Receipt } | { readonly type: 'failed'; readonly error: DeliveryError };

/** Makes attempts at messages. Each outcome is on record before the tables know of it. */
export class MessageSender {
  constructor(private readonly parts: SenderParts) {}

  /**
   * One attempt. Gives when another one follows, or null. An aborted signal breaks it off, and it counts for nothing. A message that
   * was recorded as sent is not sent again; one whose sender died before that is, under the same Message-ID.
   */
  async attempt(userId: UserId, { notificationId, alike }: OpenMessage, signal: AbortSignal): Promise<Date | null> {
    const { pool } = this.parts;
    const state = await this.#stateOf(notificationId);
    if (state.status === 'sent' || state.status === 'failed') {
      await endMessage(pool, notificationId, state.attempt, state.status);
      return null;
    }
    const attempt = state.status === 'absent' ? 1 : state.attempt + 1;
    const notices = await noticesOfMessage(pool, notificationId);
    const contents: NotificationContents = {
      notificationId,
      userId,
      channel: 'email',
      kinds: kindsOf(notices.map(({ facts }) => facts)),
      notices: notices.length,
      eventIds: namedEvents(notices, alike),
    };
    const outcome = await this.#send(contents, { notices, alike, attempt, signal });
    if (outcome.type === 'sent') {
      const { answer, reference } = outcome.receipt;
      await this.#record({ type: 'RecordSent', ...contents, attempt, answer, reference, at: this.#now() });
      await endMessage(pool, notificationId, attempt, 'sent');
      return null;
    }
    return this.#failed(contents, attempt, outcome.error, signal);
  }

  async #send(
    { notificationId, userId, kinds }: NotificationContents,
    {
      notices,
      alike,
      attempt,
      signal,
    }: {
      readonly notices: readonly StoredNotice[];
      readonly alike: boolean;
      readonly attempt: number;
      readonly signal: AbortSignal;
    },
  ): Promise<Outcome> {
    const { users, links, publicUrl } = this.parts;
    const user = await users.byId(userId);
    if (!user || user.email === null || user.disabledAt !== null) return { type: 'failed', error: noAddress() };
    const unsubscribeUrl = unsubscribeUrlOf(publicUrl, links.tokenOf({ userId, kinds }));
    const message = render(
      notices.map(({ facts }) => facts),
      alike,
      { publicUrl, unsubscribeUrl },
    );
    const parcel = messageParcel({ notificationId, attempt, kinds, at: this.#now(), publicUrl, message });
    try {
      return { type: 'sent', receipt: await this.parts.channelTo(user.email, unsubscribeUrl).send(parcel, signal) };
    } catch (error) {
      if (error instanceof DeliveryError) return { type: 'failed', error };
      throw error;
    }
  }

  async #failed(
    contents: NotificationContents,
    attempt: number,
    error: DeliveryError,
    signal: AbortSignal,
  ): Promise<Date | null> {
    const { pool, clock, logger } = this.parts;
    // The stop broke it off: nobody failed.
    if (signal.aborted) return clock.now();
    const again = error.transient && attempt < MOST_ATTEMPTS;
    const retryAt = again ? new Date(clock.now().getTime() + delayMs(attempt, error)) : null;
    const { code, message } = error;
    const { notificationId } = contents;
    await this.#record({
      ...{ type: 'RecordFailure', ...contents, attempt, code, message },
      retryAt: retryAt && toInstant(retryAt),
      at: this.#now(),
    });
    logger.warn({ notificationId, attempt, code, retryAt }, 'a person could not be told');
    if (retryAt === null) await endMessage(pool, notificationId, attempt, 'failed');
    else await postponeMessage(pool, notificationId, attempt, toInstant(retryAt));
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

/** Those that the message names. Which notices it tells of besides, the outbox and the inbox know. */
function namedEvents(notices: readonly StoredNotice[], alike: boolean): readonly string[] {
  const named = namedNotices(
    notices.map(({ eventId, facts: { kind } }) => ({ eventId, kind })),
    alike,
  );
  return [...new Set(named.map(({ eventId }) => eventId))];
}

function render(facts: readonly NoticeFacts[], alike: boolean, links: Parameters<typeof renderDigest>[1]) {
  const [first, ...others] = facts;
  return alike && first !== undefined ? renderAlike([first, ...others], links) : renderDigest(facts, links);
}

function noAddress(): DeliveryError {
  const message = 'The person has no address any more, or may not sign in.';
  return new DeliveryError('delivery.options_invalid', message, false);
}

/** A minute, then four times as long each time, an hour at most; longer where the other side asked for it. */
function delayMs(attempt: number, { retryAfterSeconds }: DeliveryError): number {
  const delay = Math.min(FIRST_RETRY_MS * 4 ** (attempt - 1), LAST_RETRY_MS);
  return Math.max(delay, Math.min((retryAfterSeconds ?? 0) * 1000, LAST_RETRY_MS));
}
