import type { Checkpoint, EventFeed, FeedBatch, FeedSubscription } from '#event-sourcing';
import { createLogger } from '#platform';
import { FollowedFeed, type Projection } from './followed-feed';

const APPLIED: Checkpoint = { position: 40n, offset: null };

/** A feed that delivers when the test says so, and a projection that fails when the test says so. */
function world(more: Partial<Projection> = {}) {
  const log: Record<string, unknown>[] = [];
  const subscriptions: FeedSubscription[] = [];
  const stopped: FeedSubscription[] = [];
  const handled: FeedBatch[] = [];
  const fault: { current: Error | null } = { current: null };
  const eventFeed: EventFeed = {
    sourceOf: () => 'jobs/0',
    subscribe: (subscription) => {
      subscriptions.push(subscription);
      return Promise.resolve({ stop: () => Promise.resolve(void stopped.push(subscription)) });
    },
  };
  const projection: Projection = {
    group: 'flights',
    load: () => Promise.resolve(APPLIED),
    handle: (batch) => {
      if (fault.current) return Promise.reject(fault.current);
      handled.push(batch);
      return Promise.resolve();
    },
    ...more,
  };
  const destination = { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) };
  const logger = createLogger({ level: 'info', format: 'json', destination });
  const followed = new FollowedFeed(projection, {
    eventFeed,
    eventStore: { head: () => Promise.resolve(100n) },
    logger,
  });
  /** Delivers a batch as a feed does: a failure is told, with the tries so far. */
  const deliver = async (source: string, tries = 1): Promise<void> => {
    const batch: FeedBatch = { source, events: [], previous: APPLIED, checkpoint: APPLIED };
    await subscriptions
      .at(-1)
      ?.handle(batch)
      .catch((error: unknown) => subscriptions.at(-1)?.onError?.(error, tries, source));
  };
  return { followed, subscriptions, stopped, handled, fault, log, deliver };
}

it('feeds the projection as it asks to be fed', async () => {
  const options = { types: ['JobRequested'], batchSize: 7, parks: true };
  const { followed, subscriptions, handled, deliver } = world(options);
  await followed.start();
  expect(subscriptions).toEqual([expect.objectContaining({ group: 'flights', ...options })]);
  expect(await subscriptions[0]?.load('jobs/0')).toBe(APPLIED);
  await deliver('jobs/0');
  expect(handled).toEqual([expect.objectContaining({ source: 'jobs/0' })]);
});

it('leaves to the feed what the projection does not say', async () => {
  const { followed, subscriptions } = world();
  await followed.start();
  expect(Object.keys(subscriptions[0] ?? {}).toSorted()).toEqual(['group', 'handle', 'load', 'onError']);
});

it('stops, once, and may be started again', async () => {
  const { followed, subscriptions, stopped } = world();
  await followed.stop();
  await followed.start();
  await followed.stop();
  await followed.stop();
  expect(stopped).toEqual(subscriptions);
  await followed.start();
  expect(subscriptions).toHaveLength(2);
  expect(stopped).toHaveLength(1);
});

it('logs each failure, and tells of a problem from the third on', async () => {
  const { followed, fault, log, deliver } = world();
  await followed.start();
  fault.current = new Error('the table is away');
  await deliver('jobs/0', 1);
  await deliver('jobs/0', 2);
  expect(await followed.problem()).toBeNull();
  await deliver('jobs/0', 3);
  expect(await followed.problem()).toBe(
    'flights has failed 3 times at jobs/0 and is up to 60 positions behind; the log says why',
  );
  expect(log.map(({ msg, group, source, tries, code }) => ({ msg, group, source, tries, code }))).toEqual(
    [1, 2, 3].map((tries) => ({
      msg: 'projection failed, trying again',
      ...{ group: 'flights', source: 'jobs/0', tries, code: 'feed.projection_failed' },
    })),
  );
});

it('is well again only when every source is that failed', async () => {
  const { followed, fault, log, deliver } = world();
  await followed.start();
  fault.current = new Error('the table is away');
  await deliver('jobs/0', 3);
  await deliver('jobs/1', 4);
  fault.current = null;
  await deliver('jobs/0');
  expect(await followed.problem()).toBe(
    'flights has failed 4 times at jobs/1 and is up to 60 positions behind; the log says why',
  );
  await deliver('jobs/1');
  await deliver('jobs/1');
  expect(await followed.problem()).toBeNull();
  expect(log.filter(({ msg }) => msg === 'projection goes on').map(({ source }) => source)).toEqual([
    'jobs/0',
    'jobs/1',
  ]);
});

it('counts from the beginning of the store where nothing was applied yet', async () => {
  const { followed, subscriptions } = world({ load: () => Promise.resolve(null) });
  await followed.start();
  subscriptions[0]?.onError?.(new Error('no connection'), 3, 'jobs/0');
  expect(await followed.problem()).toContain('is up to 100 positions behind');
});

it('has no problem at a source with which another instance goes on', async () => {
  const stored: { current: Checkpoint } = { current: APPLIED };
  const { followed, fault, deliver } = world({ load: () => Promise.resolve(stored.current) });
  await followed.start();
  fault.current = new Error('the table is away');
  await deliver('jobs/0', 3);
  expect(await followed.problem()).not.toBeNull();
  stored.current = { position: 41n, offset: null };
  expect(await followed.problem()).toBeNull();
});
