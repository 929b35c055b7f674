import type { ReadAll, ReadPage } from '#event-sourcing';
import { InMemoryEventStore, someEvents, someStream } from '#event-sourcing/testing';
import { PAGE_EVENTS, SharedPages } from './shared-pages';

/** Counts how often the store was asked. */
class CountingStore extends InMemoryEventStore {
  readonly asked: bigint[] = [];

  override readAll(options: ReadAll): Promise<ReadPage> {
    this.asked.push(options.after);
    return super.readAll(options);
  }
}

async function storeOf(events: number): Promise<CountingStore> {
  const store = new CountingStore();
  await store.append({ streamId: someStream(), expected: 'any', events: someEvents(events) });
  return store;
}

describe('shared pages', () => {
  it('are read once for those who come later, as long as they are full', async () => {
    const store = await storeOf(PAGE_EVENTS + 5);
    const pages = new SharedPages(store);
    const first = await pages.read(0n);
    expect(first).toMatchObject({ readUpTo: BigInt(PAGE_EVENTS), more: true });
    expect(await pages.read(0n)).toBe(first);
    const last = await pages.read(first.readUpTo);
    expect(last.events).toHaveLength(5);
    await pages.read(first.readUpTo);
    expect(store.asked).toEqual([0n, first.readUpTo, first.readUpTo]);
  });

  it('are read once for those who ask at the same time', async () => {
    const store = await storeOf(5);
    const pages = new SharedPages(store);
    const both = await Promise.all([pages.read(0n), pages.read(0n)]);
    expect(both[0]).toBe(both[1]);
    expect(store.asked).toEqual([0n]);
  });

  it('are read anew after an append, even while an earlier read is under way', async () => {
    const store = await storeOf(5);
    const pages = new SharedPages(store);
    const before = pages.read(0n);
    await store.append({ streamId: someStream(), expected: 'any', events: someEvents(1) });
    pages.appended();
    expect((await pages.read(0n)).events).toHaveLength(6);
    expect((await before).events).toHaveLength(5);
  });

  it('are forgotten when others came since', async () => {
    const store = await storeOf(PAGE_EVENTS * 20);
    const pages = new SharedPages(store);
    for (let after = 0n; after < PAGE_EVENTS * 19; after += BigInt(PAGE_EVENTS)) await pages.read(after);
    await pages.read(0n);
    expect(store.asked.filter((after) => after === 0n)).toHaveLength(2);
  });
});
