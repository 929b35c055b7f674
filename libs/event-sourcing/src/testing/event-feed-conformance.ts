import {
  CheckpointMoved,
  type Checkpoint,
  type EventFeed,
  type FeedBatch,
  type FeedSource,
  type FeedSubscription,
  type RunningSubscription,
} from '../event-feed';
import type { EventStore, RecordedEvent } from '../event-store';
import { shuffled, someEvents, someStream } from './events';

export interface FeedUnderTest {
  readonly feed: EventFeed;
  /** Where the events of the feed come from. */
  readonly store: EventStore;
  readonly close: () => Promise<void>;
}

/** A subscriber that keeps its checkpoints and events in memory, as one transaction would. */
class Subscriber {
  readonly events: RecordedEvent[] = [];
  readonly checkpoints = new Map<FeedSource, Checkpoint>();
  readonly errors: unknown[] = [];
  beforeHandling: (batch: FeedBatch) => void = () => undefined;
  #waiting: { enough: () => boolean; resolve: () => void }[] = [];

  subscription(group: string, more: Partial<FeedSubscription> = {}): FeedSubscription {
    return {
      group,
      load: (source) => Promise.resolve(this.checkpoints.get(source) ?? null),
      handle: (batch) => {
        this.beforeHandling(batch);
        const current = this.checkpoints.get(batch.source)?.position ?? 0n;
        if (current !== batch.previous.position) throw new CheckpointMoved(group, batch.source);
        this.events.push(...batch.events);
        this.checkpoints.set(batch.source, batch.checkpoint);
        this.#tell();
        return Promise.resolve();
      },
      onError: (error) => {
        this.errors.push(error);
        this.#tell();
      },
      ...more,
    };
  }

  until(enough: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ enough, resolve });
      this.#tell();
    });
  }

  revisionsOf(streamId: string): readonly number[] {
    return this.events.filter((event) => event.streamId === streamId).map(({ revision }) => revision);
  }

  #tell(): void {
    this.#waiting = this.#waiting.filter(({ enough, resolve }) => {
      if (!enough()) return true;
      resolve();
      return false;
    });
  }
}

/** What every event feed must do. Each adapter's tests call this once. */
export function eventFeedConformance(name: string, make: () => Promise<FeedUnderTest>): void {
  describe(`event feed: ${name}`, () => {
    let subject: FeedUnderTest;
    const running: RunningSubscription[] = [];
    let groups = 0;

    beforeAll(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((subscription) => subscription.stop()));
    });
    afterAll(() => subject.close());

    const newGroup = (): string => `group-${(groups += 1)}`;

    async function start(subscription: FeedSubscription): Promise<RunningSubscription> {
      const started = await subject.feed.subscribe(subscription);
      running.push(started);
      return started;
    }

    /** Streams of five events each, written interleaved; each stream in its own order. */
    async function write(streams: readonly string[], seed: number, type?: string): Promise<void> {
      const written = new Map<string, number>();
      for (const streamId of shuffled(
        streams.flatMap((id) => Array<string>(5).fill(id)),
        seed,
      )) {
        const revision = written.get(streamId) ?? -1;
        const expected = revision < 0 ? 'no-stream' : revision;
        await subject.store.append({ streamId, expected, events: someEvents(1, type) });
        written.set(streamId, revision + 1);
      }
    }

    it('delivers what was stored before and what comes after, in order per stream', async () => {
      const [before, after] = [
        [someStream(), someStream(), someStream()],
        [someStream(), someStream()],
      ];
      await write(before, 1);
      const subscriber = new Subscriber();
      await start(subscriber.subscription(newGroup()));
      await write(after, 2);
      const streams = [...before, ...after];
      await subscriber.until(() => streams.every((id) => subscriber.revisionsOf(id).length === 5));
      for (const id of streams) expect(subscriber.revisionsOf(id)).toEqual([0, 1, 2, 3, 4]);
    });

    it('delivers only the types asked for', async () => {
      const type = `Wanted${newGroup()}`;
      const [wanted, unwanted] = [someStream(), someStream()];
      const subscriber = new Subscriber();
      await start(subscriber.subscription(newGroup(), { types: [type] }));
      await write([unwanted], 3);
      await write([wanted], 4, type);
      await subscriber.until(() => subscriber.revisionsOf(wanted).length === 5);
      expect(subscriber.events.every((event) => event.type === type)).toBe(true);
      expect(subscriber.revisionsOf(unwanted)).toEqual([]);
    });

    it('goes on at the stored checkpoint after a stop, without loss and without repeats', async () => {
      const streams = [someStream(), someStream(), someStream(), someStream()];
      const subscriber = new Subscriber();
      const group = newGroup();
      const first = await start(subscriber.subscription(group, { batchSize: 3 }));
      await write(streams.slice(0, 2), 5);
      await subscriber.until(() => subscriber.revisionsOf(streams[0] ?? '').length > 0);
      await first.stop();
      const seen = subscriber.events.length;
      await write(streams.slice(2), 6);
      expect(subscriber.events).toHaveLength(seen);
      await start(subscriber.subscription(group, { batchSize: 3 }));
      await subscriber.until(() => streams.every((id) => subscriber.revisionsOf(id).length >= 5));
      for (const id of streams) expect(subscriber.revisionsOf(id)).toEqual([0, 1, 2, 3, 4]);
    });

    it('tries a failing batch again until it succeeds, and reports each failure', async () => {
      const streamId = someStream();
      const subscriber = new Subscriber();
      const failure = new Error('the handler is not ready');
      let failures = 2;
      subscriber.beforeHandling = ({ events }) => {
        if (events.some((event) => event.streamId === streamId) && failures-- > 0) throw failure;
      };
      await start(subscriber.subscription(newGroup()));
      await write([streamId], 7);
      await subscriber.until(() => subscriber.revisionsOf(streamId).length === 5);
      expect(subscriber.errors).toEqual([failure, failure]);
      expect(subscriber.revisionsOf(streamId)).toEqual([0, 1, 2, 3, 4]);
    });

    it('shares one checkpoint between two instances of a group: each event is applied once', async () => {
      const streams = Array.from({ length: 6 }, someStream);
      const subscriber = new Subscriber();
      const group = newGroup();
      await Promise.all([
        start(subscriber.subscription(group, { batchSize: 2 })),
        start(subscriber.subscription(group, { batchSize: 5 })),
      ]);
      await write(streams, 8);
      await subscriber.until(() => streams.every((id) => subscriber.revisionsOf(id).length >= 5));
      for (const id of streams) expect(subscriber.revisionsOf(id)).toEqual([0, 1, 2, 3, 4]);
      expect(subscriber.errors).toEqual([]);
    });
  });
}
