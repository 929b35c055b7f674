import { transaction, type Pool } from '#database';
import { DEFAULT_PREFERENCES, isBefore, toInstant, waysOf } from '#domain';
import { loadFromHead, moveCheckpoint, type Projection } from '#event-feed';
import {
  derivedId,
  toDomainEvent,
  type Checkpoint,
  type EventStore,
  type FeedBatch,
  type FeedSource,
} from '#event-sourcing';
import type { Clock } from '#platform';
import { NOTICES_KEPT_DAYS } from '#notifications';
import { peopleConcernedBy } from './concerned-people';
import { addNotices, type NewNotice } from './notice-table';
import { StreamReads } from './surroundings';
import { TOLD_EVENTS, toldOf, type ToldEvent } from './told-events';

/** The group of those who tell people of things. */
export const NOTICES_GROUP = 'notices';

export interface NoticeProjectionParts {
  readonly pool: Pool;
  readonly eventStore: EventStore;
  readonly clock: Clock;
}

const USER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEPT_MS = NOTICES_KEPT_DAYS * 86_400_000;

/**
 * Puts what people are to be told of into the outbox, in the transaction of its checkpoint, each event once for each person and
 * kind. It sends nothing, and begins with what happens after its first start.
 */
export class NoticeProjection implements Projection {
  readonly group = NOTICES_GROUP;
  readonly types = TOLD_EVENTS;
  readonly parks = true;
  readonly #parts: NoticeProjectionParts;

  constructor(parts: NoticeProjectionParts) {
    this.#parts = parts;
  }

  load(source: FeedSource): Promise<Checkpoint | null> {
    const { pool, eventStore } = this.#parts;
    return loadFromHead({ pool, store: eventStore }, this.group, source);
  }

  async handle(batch: FeedBatch): Promise<void> {
    const notices = await this.#noticesOf(batch);
    await transaction(this.#parts.pool, async (client) => {
      await moveCheckpoint(client, this.group, batch);
      if (notices.length > 0) await addNotices(client, notices);
    });
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
      .filter(({ at }) => isBefore(oldest, at))
      .map((each) => ({ ...each, ways: waysOf(preferences.get(each.userId) ?? DEFAULT_PREFERENCES, each.facts.kind) }))
      .filter(({ ways }) => ways.length > 0)
      .map((each) => ({ ...each, noticeId: derivedId(each.eventId, `${each.facts.kind} ${each.userId}`) }));
  }
}
