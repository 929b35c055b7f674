import type { EventStore, Position, RecordedEvent } from '../event-store';
import { someEvent, someEvents, someStream } from './events';

export interface StoreUnderTest {
  readonly store: EventStore;
  /** A second instance over the same events, as another process would have it. */
  readonly other: EventStore;
  readonly close: () => Promise<void>;
}

/** What every event store must do. Each adapter's tests call this once. */
export function eventStoreConformance(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`event store: ${name}`, () => {
    let subject: StoreUnderTest;
    let store: EventStore;

    beforeAll(async () => {
      subject = await make();
      store = subject.store;
    });
    afterAll(() => subject.close());

    async function allAfter(after: Position, types?: readonly string[]): Promise<readonly RecordedEvent[]> {
      const events: RecordedEvent[] = [];
      for (let page = await store.readAll({ after, limit: 7, ...(types && { types }) }); ;) {
        events.push(...page.events);
        if (!page.more) return events;
        page = await store.readAll({ after: page.readUpTo, limit: 7, ...(types && { types }) });
      }
    }

    describe('appending', () => {
      it('gives back what was stored, in order, with revisions from 0', async () => {
        const streamId = someStream();
        const events = [someEvent('First'), someEvent('Second', { nested: { list: [1, null, 'ü'] }, flag: true })];
        const outcome = await store.append({ streamId, expected: 'no-stream', events });
        const recorded = await store.readStream(streamId);
        expect(outcome).toMatchObject({ ok: true, revision: 1, repeated: false });
        expect(recorded.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))).toEqual(events);
        expect(recorded.map(({ revision }) => revision)).toEqual([0, 1]);
        expect(outcome.ok && outcome.position).toBe(recorded[1]?.position);
        expect(recorded[0]?.recordedAt).toBeInstanceOf(Date);
      });

      it('refuses an empty append', async () => {
        await expect(store.append({ streamId: someStream(), expected: 'any', events: [] })).rejects.toThrow(RangeError);
      });

      it('refuses a wrong expected revision, tells the right one and stores nothing', async () => {
        const streamId = someStream();
        expect(await store.append({ streamId, expected: 3, events: someEvents(2) })).toEqual({
          ok: false,
          reason: 'wrong-revision',
          actual: 'no-stream',
        });
        await store.append({ streamId, expected: 'no-stream', events: someEvents(3) });
        for (const expected of ['no-stream', 0, 1, 3] as const) {
          expect(await store.append({ streamId, expected, events: someEvents(2) })).toEqual({
            ok: false,
            reason: 'wrong-revision',
            actual: 2,
          });
        }
        expect(await store.readStream(streamId)).toHaveLength(3);
      });

      it('appends at the expected revision, and at any', async () => {
        const streamId = someStream();
        await store.append({ streamId, expected: 'any', events: someEvents(1) });
        await store.append({ streamId, expected: 0, events: someEvents(2) });
        expect(await store.append({ streamId, expected: 'any', events: someEvents(1) })).toMatchObject({
          ok: true,
          revision: 3,
        });
      });

      it.each(['no-stream', 'any'] as const)('recognises a repeated append (%s) by its event ids', async (expected) => {
        const streamId = someStream();
        const events = someEvents(2);
        const first = await store.append({ streamId, expected, events });
        await store.append({ streamId, expected: 1, events: someEvents(1) });
        const again = await store.append({ streamId, expected, events });
        expect(first.ok && again.ok && again).toEqual({ ...first, repeated: true });
        expect(await store.readStream(streamId)).toHaveLength(3);
      });

      it('recognises a repeated append at a revision', async () => {
        const streamId = someStream();
        const events = someEvents(2);
        await store.append({ streamId, expected: 'no-stream', events: someEvents(1) });
        await store.append({ streamId, expected: 0, events });
        expect(await store.append({ streamId, expected: 0, events })).toMatchObject({
          ok: true,
          revision: 2,
          repeated: true,
        });
      });

      it('does not take an append for a repeat when only some of its events are there', async () => {
        const streamId = someStream();
        const [first, second] = [someEvent(), someEvent()];
        await store.append({ streamId, expected: 'no-stream', events: [first] });
        expect(await store.append({ streamId, expected: 'no-stream', events: [first, second] })).toMatchObject({
          ok: false,
          actual: 0,
        });
      });

      it('lets exactly one of many concurrent appends at the same revision win', async () => {
        const streamId = someStream();
        const tries = Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? store : subject.other).append({ streamId, expected: 'no-stream', events: someEvents(1) }),
        );
        const outcomes = await Promise.all(tries);
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
        expect(await store.readStream(streamId)).toHaveLength(1);
      });
    });

    describe('appending to many streams', () => {
      it('answers for each in the order given; a refusal leaves the others alone', async () => {
        const [taken, free, another] = [someStream(), someStream(), someStream()];
        await store.append({ streamId: taken, expected: 'no-stream', events: someEvents(1) });
        const outcomes = await store.appendMany([
          { streamId: free, expected: 'no-stream', events: someEvents(2) },
          { streamId: taken, expected: 'no-stream', events: someEvents(3) },
          { streamId: another, expected: 'no-stream', events: someEvents(1) },
        ]);
        expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
        expect(await store.readStream(taken)).toHaveLength(1);
        expect(await store.readStream(free)).toHaveLength(2);
        expect(await store.headRevisions([taken, free, another, someStream()])).toEqual(
          new Map([
            [taken, 0],
            [free, 1],
            [another, 0],
          ]),
        );
      });

      it('reads the events at given places, and nothing where none stands', async () => {
        const [one, two] = [someStream(), someStream()];
        await store.append({ streamId: one, expected: 'no-stream', events: someEvents(3) });
        await store.append({ streamId: two, expected: 'no-stream', events: someEvents(1) });
        const read = await store.readAt([
          { streamId: one, revision: 2 },
          { streamId: two, revision: 0 },
          { streamId: two, revision: 1 },
          { streamId: someStream(), revision: 0 },
        ]);
        const last = (await store.readStream(one))[2];
        expect(read).toHaveLength(2);
        expect(read).toEqual(expect.arrayContaining([last, ...(await store.readStream(two))]));
        expect(await store.readAt([])).toEqual([]);
      });

      it('gives back what it took, stream by stream and all at once', async () => {
        const [one, other, none] = [someStream(), someStream(), someStream()];
        await store.append({ streamId: one, expected: 'no-stream', events: someEvents(2) });
        await store.append({ streamId: other, expected: 'no-stream', events: someEvents(1) });
        await store.append({ streamId: one, expected: 1, events: someEvents(1) });
        const streams = await store.readStreams([one, none, other, one]);
        expect([...streams.keys()].sort()).toEqual([one, other].sort());
        expect(streams.get(one)).toEqual(await store.readStream(one));
        expect(streams.get(one)?.map(({ revision }) => revision)).toEqual([0, 1, 2]);
        expect(streams.get(other)).toEqual(await store.readStream(other));
        expect(await store.readStreams([])).toEqual(new Map());
      });

      it('takes more than fits into one call', async () => {
        const appends = Array.from({ length: 1500 }, () => ({
          streamId: someStream(),
          expected: 'no-stream' as const,
          events: someEvents(2),
        }));
        const before = await store.head();
        const outcomes = await store.appendMany(appends);
        expect(outcomes.every(({ ok }) => ok)).toBe(true);
        expect((await store.readAll({ after: before, limit: 5000 })).events).toHaveLength(3000);
      });
    });

    describe('reading', () => {
      it('reads a stream from a revision on; an unknown one is empty', async () => {
        const streamId = someStream();
        await store.append({ streamId, expected: 'no-stream', events: someEvents(4) });
        const rest = await store.readStream(streamId, { fromRevision: 2 });
        expect(rest.map(({ revision }) => revision)).toEqual([2, 3]);
        expect(await store.readStream(someStream())).toEqual([]);
      });

      it('reads all streams in the order of positions, page by page', async () => {
        const before = await store.head();
        const streams = [someStream(), someStream(), someStream()];
        for (const streamId of [...streams, ...streams]) {
          await store.append({ streamId, expected: 'any', events: someEvents(3) });
        }
        const events = await allAfter(before);
        expect(events.map(({ streamId }) => streamId)).toEqual([...streams, ...streams].flatMap((id) => [id, id, id]));
        const positions = events.map(({ position }) => position);
        expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
        expect(new Set(positions).size).toBe(18);
        expect(await store.head()).toBe(positions.at(-1));
      });

      it('reads only the types asked for, and tells how far it looked', async () => {
        const before = await store.head();
        const streamId = someStream();
        const rare = `Rare${before}`;
        await store.append({
          streamId,
          expected: 'no-stream',
          events: [...someEvents(10), someEvent(rare), ...someEvents(10), someEvent(rare)],
        });
        expect((await allAfter(before, [rare])).map(({ revision }) => revision)).toEqual([10, 21]);
        const page = await store.readAll({ after: before, limit: 5, types: [`${rare}Unheard`] });
        expect(page).toMatchObject({ events: [], more: false });
        // A store may look past the last event, at records of its own.
        expect(page.readUpTo).toBeGreaterThanOrEqual(await store.head());
      });

      it('never shows a later event before an earlier one, whoever writes', async () => {
        const before = await store.head();
        const writers = 8;
        const each = 40;
        const writing = new AbortController();
        const reading = (async () => {
          const seen: RecordedEvent[] = [];
          let after = before;
          for (let last = false; ; last = writing.signal.aborted) {
            const page = await subject.other.readAll({ after, limit: 50 });
            seen.push(...page.events);
            after = page.readUpTo;
            if (last && !page.more) return seen;
          }
        })();
        await Promise.all(
          Array.from({ length: writers }, async (_, writer) => {
            for (let number = 0; number < each; number += 1) {
              const from = writer % 2 ? store : subject.other;
              await from.append({ streamId: someStream(), expected: 'no-stream', events: someEvents(2) });
            }
          }),
        );
        writing.abort();
        const seen = await reading;
        expect(seen).toHaveLength(writers * each * 2);
        expect(seen.every((event, i) => i === 0 || event.position > (seen[i - 1]?.position ?? 0n))).toBe(true);
      });
    });

    it('calls whoever waits for appends, from any instance', async () => {
      let call: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (call = resolve));
      const unsubscribe = await subject.other.onAppended(call);
      const outcome = await store.append({ streamId: someStream(), expected: 'any', events: someEvents(1) });
      await called;
      await unsubscribe();
      expect(outcome.ok).toBe(true);
    });
  });
}
