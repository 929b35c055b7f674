import { randomUUID } from 'node:crypto';
import type { NotificationListener, Pool } from '#database';
import { PoisonEvent, STREAM_WAITS, type EventFeed, type EventStore, type RunningSubscription } from '#event-sourcing';
import { someEvents, someStream } from '#event-sourcing/testing';
import { DeadLetters } from '../dead-letter/dead-letters';
import { TableSubscriber } from './table-subscriber';

export interface ParkingUnderTest {
  readonly feed: EventFeed;
  readonly store: EventStore;
  readonly pool: Pool;
  readonly notifications: NotificationListener;
  readonly close: () => Promise<void>;
}

/** What both feeds do with events that cannot be applied. */
export function parkingSuite(name: string, make: () => Promise<ParkingUnderTest>): void {
  describe(`parking: ${name}`, () => {
    let subject: ParkingUnderTest;
    let letters: DeadLetters;
    let subscriber: TableSubscriber;
    let running: RunningSubscription[];

    beforeAll(async () => {
      subject = await make();
      letters = new DeadLetters(subject.pool);
      await TableSubscriber.createTable(subject.pool);
    });
    beforeEach(async () => {
      running = [];
      subscriber = new TableSubscriber(subject.pool, `group-${randomUUID()}`);
      await subscriber.watch(subject.notifications);
    });
    afterEach(() => Promise.all(running.map((subscription) => subscription.stop())));
    afterAll(() => subject.close());

    async function start(more: Parameters<TableSubscriber['subscription']>[0] = {}): Promise<RunningSubscription> {
      const subscription = await subject.feed.subscribe(subscriber.subscription(more));
      running.push(subscription);
      return subscription;
    }

    async function append(streamId: string, from: number, count: number): Promise<void> {
      const expected = from === 0 ? 'no-stream' : from - 1;
      await subject.store.append({ streamId, expected, events: someEvents(count) });
    }

    /** Fails at one event of a stream, as a defect of the handler does. */
    function failAt(streamId: string, revision: number): void {
      subscriber.beforeEach = (event) => {
        if (event.streamId === streamId && event.revision === revision) {
          throw new TypeError('cannot read properties of undefined');
        }
      };
    }

    const parked = async () => letters.list({ group: subscriber.group });
    const untilParked = (count: number) => subscriber.until(async () => (await parked()).length >= count);

    /** A stream of three of which the second event is parked, the third behind it, and another stream that flows. */
    async function parkOne(): Promise<{ readonly poisoned: string; readonly sound: string }> {
      const [poisoned, sound] = [someStream(), someStream()];
      failAt(poisoned, 1);
      await append(poisoned, 0, 3);
      await append(sound, 0, 3);
      await start();
      await untilParked(2);
      return { poisoned, sound };
    }

    it('parks an event that keeps failing and the later ones of its stream, while other streams flow', async () => {
      const { poisoned, sound } = await parkOne();
      await subscriber.untilApplied(sound, [0, 1, 2]);
      await append(poisoned, 3, 1);
      await untilParked(3);
      expect(await subscriber.appliedOf(poisoned)).toEqual([0]);
      expect(await parked()).toMatchObject([
        { streamId: poisoned, errorCode: 'handler.failed', tries: 3, status: 'parked', record: null },
        { streamId: poisoned, errorCode: STREAM_WAITS, tries: 0 },
        { streamId: poisoned, errorCode: STREAM_WAITS, tries: 0 },
      ]);
      expect((await parked())[0]?.errorMessage).toBe('TypeError: cannot read properties of undefined');
    });

    it('keeps the stream parked when the subscription begins anew', async () => {
      const { poisoned } = await parkOne();
      await running[0]?.stop();
      subscriber.beforeEach = () => undefined;
      await start();
      await append(poisoned, 3, 1);
      await untilParked(3);
      expect(await subscriber.appliedOf(poisoned)).toEqual([0]);
    });

    it('applies a replayed stream in its order, and what comes later flows again', async () => {
      const { poisoned } = await parkOne();
      subscriber.beforeEach = () => undefined;
      expect(await letters.replay({ streamId: poisoned })).toHaveLength(2);
      await subscriber.untilApplied(poisoned, [0, 1, 2]);
      expect(await parked()).toEqual([]);
      await append(poisoned, 3, 1);
      await subscriber.untilApplied(poisoned, [0, 1, 2, 3]);
    });

    it('does what was asked for while nobody ran', async () => {
      const { poisoned } = await parkOne();
      await running[0]?.stop();
      subscriber.beforeEach = () => undefined;
      await letters.replay({ group: subscriber.group });
      await start();
      await subscriber.untilApplied(poisoned, [0, 1, 2]);
    });

    it('leaves parked what fails again, with the new error, and what comes behind it', async () => {
      const { poisoned } = await parkOne();
      failAt(poisoned, 2);
      const [first] = await parked();
      await letters.replay(first ? { id: first.id } : {});
      await subscriber.untilApplied(poisoned, [0, 1]);
      await subscriber.until(async () => (await parked())[0]?.errorCode === 'handler.failed');
      expect(await parked()).toMatchObject([{ streamId: poisoned, errorCode: 'handler.failed', tries: 1 }]);
    });

    it('goes on after what was dropped, and never applies it', async () => {
      const { poisoned } = await parkOne();
      subscriber.beforeEach = () => undefined;
      const [first] = await parked();
      const why = { by: 'ops', reason: 'the template is gone' };
      expect(await letters.drop({ id: first?.id ?? '' }, why)).toMatchObject([{ status: 'dropped', droppedBy: 'ops' }]);
      await letters.replay({ streamId: poisoned });
      await subscriber.untilApplied(poisoned, [0, 2]);
      await letters.drop({ streamId: poisoned }, why);
      await append(poisoned, 3, 1);
      await subscriber.untilApplied(poisoned, [0, 2, 3]);
      expect(await letters.list({ group: subscriber.group }, { dropped: true })).toMatchObject([
        { id: first?.id, status: 'dropped', dropReason: 'the template is gone' },
      ]);
    });

    it('flows at once when all that was parked of a stream is dropped', async () => {
      const { poisoned } = await parkOne();
      subscriber.beforeEach = () => undefined;
      await letters.drop({ streamId: poisoned }, { by: 'ops', reason: 'nobody needs it' });
      await append(poisoned, 3, 2);
      await subscriber.untilApplied(poisoned, [0, 3, 4]);
    });

    it('parks at once what the handler calls poison', async () => {
      const stream = someStream();
      subscriber.beforeEach = (event) => {
        if (event.streamId === stream && event.revision === 1) {
          throw new PoisonEvent(event, 'job.input_unreadable', 'no such column');
        }
      };
      await append(stream, 0, 3);
      await start();
      await untilParked(2);
      expect(subscriber.errors).toHaveLength(1);
      expect(await parked()).toMatchObject([{ errorCode: 'job.input_unreadable', tries: 1 }, {}]);
      expect(await subscriber.appliedOf(stream)).toEqual([0]);
    });

    it('parks nothing while the surroundings are to blame, and tells of each try', async () => {
      const stream = someStream();
      let failures = 4;
      subscriber.beforeEach = (event) => {
        if (event.streamId === stream && failures-- > 0) {
          throw Object.assign(new Error('terminating connection'), { code: '57P01' });
        }
      };
      await append(stream, 0, 2);
      await start();
      await subscriber.untilApplied(stream, [0, 1]);
      expect(subscriber.errors.map(({ tries }) => tries)).toEqual([1, 2, 3, 4]);
      expect(await parked()).toEqual([]);
    });

    it('parks nothing for those who may leave nothing out', async () => {
      const stream = someStream();
      let failures = 5;
      subscriber.beforeEach = (event) => {
        if (event.streamId === stream && failures-- > 0) throw new Error('not yet');
      };
      await append(stream, 0, 2);
      await start({ parks: false });
      await subscriber.untilApplied(stream, [0, 1]);
      expect(subscriber.errors).toHaveLength(5);
      expect(await parked()).toEqual([]);
    });

    it('applies a replayed event once, though two instances are asked', async () => {
      const { poisoned } = await parkOne();
      await start();
      subscriber.beforeEach = () => undefined;
      await letters.replay({ streamId: poisoned });
      await append(poisoned, 3, 1);
      await subscriber.untilApplied(poisoned, [0, 1, 2, 3]);
    });
  });
}
