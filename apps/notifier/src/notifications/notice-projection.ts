import { transaction, type Pool } from '#database';
import { choiceOf, isBefore, toInstant } from '#domain';
import { loadFromHead, moveCheckpoint } from '#event-feed';
import {
  derivedId,
  toDomainEvent,
  type EventFeed,
  type EventStore,
  type FeedBatch,
  type RunningSubscription,
} from '#event-sourcing';
import type { Clock, Logger } from '#platform';
import { NOTICES_KEPT_DAYS } from '#notifications';
import { peopleConcernedBy } from './concerned-people';
import { addNotices, type NewNotice } from './notice-table';
import { StreamReads } from './surroundings';
import { TOLD_EVENTS, toldOf, type ToldEvent } from './told-events';

/** The group of those who tell people of things. */
export const NOTICES_GROUP = 'notices';

export interface NoticeProjectionParts {
  readonly pool: Pool;
  readonly eventFeed: EventFeed;
  readonly eventStore: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether there is a mail server. */
  readonly canSend: boolean;
}

const USER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEPT_MS = NOTICES_KEPT_DAYS * 86_400_000;

/**
 * Puts what people are to be told of into the outbox, in the transaction of its checkpoint, each event once for each person and
 * kind. It sends nothing, and begins with what happens after its first start.
 */
export class NoticeProjection {
  readonly #parts: NoticeProjectionParts;
  #running: RunningSubscription | undefined;
  #problem: string | null = null;

  constructor(parts: NoticeProjectionParts) {
    this.#parts = parts;
  }

  /** Null when it follows the feed, else why not. */
  get problem(): string | null {
    return this.#problem;
  }

  async start(): Promise<void> {
    const { pool, eventFeed, eventStore, logger } = this.#parts;
    this.#running = await eventFeed.subscribe({
      group: NOTICES_GROUP,
      types: TOLD_EVENTS,
      parks: true,
      load: (source) => loadFromHead({ pool, store: eventStore }, NOTICES_GROUP, source),
      handle: (batch) => this.handle(batch),
      onError: (error, tries) => {
        this.#problem = 'the notifier cannot follow the events; see the log';
        logger.error({ err: error, tries, code: 'notifier.projection_failed' }, 'people are not told of events');
      },
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async handle(batch: FeedBatch): Promise<void> {
    const notices = await this.#noticesOf(batch);
    await transaction(this.#parts.pool, async (client) => {
      await moveCheckpoint(client, NOTICES_GROUP, batch);
      if (notices.length > 0) await addNotices(client, notices, this.#parts.canSend);
    });
    this.#problem = null;
  }

  async #noticesOf({ events }: FeedBatch): Promise<readonly NewNotice[]> {
    if (events.length === 0) return [];
    const reads = new StreamReads(this.#parts.eventStore, (dataSource) =>
      peopleConcernedBy(this.#parts.pool, dataSource),
    );
    const surroundings = await reads.surroundingsOf(events.map((event) => toDomainEvent<ToldEvent>(event)));
    const told = events.flatMap((event, place) => {
      const about = surroundings[place];
      const all = about === undefined ? [] : toldOf(toDomainEvent<ToldEvent>(event), about);
      return all.map((each) => ({ ...each, eventId: event.id }));
    });
    // Owners are persons; what a part of the system asked for concerns nobody.
    const toPersons = told.filter(({ userId }) => USER_ID.test(userId));
    const preferences = await reads.preferencesOf([...new Set(toPersons.map(({ userId }) => userId))]);
    // Rows as old as this were removed, and with them the knowledge of what was told.
    const oldest = toInstant(this.#parts.clock.now().getTime() - KEPT_MS);
    return toPersons
      .filter(({ userId, facts, at }) => {
        const wanted = preferences.get(userId);
        return wanted !== undefined && choiceOf(wanted, facts.kind).channel !== 'none' && isBefore(oldest, at);
      })
      .map((each) => ({ ...each, noticeId: derivedId(each.eventId, `${each.facts.kind} ${each.userId}`) }));
  }
}
