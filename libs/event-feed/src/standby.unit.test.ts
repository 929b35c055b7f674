import { CheckpointMoved, STORE_SOURCE, type Checkpoint, type FeedSubscription } from '#event-sourcing';
import { InMemoryEventStore, someEvents, someStream } from '#event-sourcing/testing';
import { SharedPages } from './shared-pages';
import { standBy } from './standby';
import { StoreReader } from './store-reader';

async function storeOf(events: number, type?: string): Promise<InMemoryEventStore> {
  const store = new InMemoryEventStore();
  await store.append({ streamId: someStream(), expected: 'any', events: someEvents(events, type) });
  return store;
}

/** A group whose checkpoint is found at these positions, one look after the other; after the last one nobody looks. */
class Looks {
  readonly subscription: FeedSubscription;
  readonly #ended = new AbortController();
  readonly #positions: bigint[];

  constructor(positions: readonly bigint[], types?: readonly string[]) {
    this.#positions = [...positions];
    this.subscription = {
      group: 'watched',
      load: () => Promise.resolve(this.#next()),
      handle: () => Promise.reject(new Error('a standby handles nothing')),
      ...(types && { types }),
    };
  }

  /** How many were left when the standby went to work, or when it had seen all. */
  async left(store: InMemoryEventStore, overtakenAt: bigint): Promise<number | 'stands by'> {
    const { signal } = this.#ended;
    await standBy({ store, subscription: this.subscription, signal, patienceMs: 1 }, overtakenAt);
    return signal.aborted ? 'stands by' : this.#positions.length;
  }

  #next(): Checkpoint | null {
    const position = this.#positions.shift();
    if (this.#positions.length === 0) this.#ended.abort();
    return position === undefined ? null : { position, offset: null };
  }
}

describe('a standby', () => {
  it('waits while the checkpoint moves', async () => {
    expect(await new Looks([6n, 7n, 8n, 9n, 10n]).left(await storeOf(20), 5n)).toBe('stands by');
  });

  it('goes to work when the checkpoint stood still before waiting events for two looks', async () => {
    expect(await new Looks([6n, 8n, 8n, 8n, 8n]).left(await storeOf(20), 5n)).toBe(2);
  });

  it('waits while there is nothing to be done', async () => {
    expect(await new Looks([9n, 9n, 9n, 9n, 9n]).left(await storeOf(9), 5n)).toBe('stands by');
  });

  it('waits while nothing happens that the group takes', async () => {
    const store = await storeOf(9, 'Unwanted');
    expect(await new Looks([6n, 6n, 6n, 6n], ['Wanted']).left(store, 5n)).toBe('stands by');
    await store.append({ streamId: someStream(), expected: 'any', events: someEvents(1, 'Wanted') });
    expect(await new Looks([6n, 6n, 6n, 6n], ['Wanted']).left(store, 5n)).toBe(2);
  });

  it('goes to work at once when the checkpoint was set back', async () => {
    expect(await new Looks([3n, 3n, 3n]).left(await storeOf(9), 5n)).toBe(2);
  });
});

describe('two instances of a group', () => {
  /** The checkpoint that they share. */
  let checkpoint: Checkpoint = { position: 0n, offset: null };

  beforeEach(() => {
    checkpoint = { position: 0n, offset: null };
  });

  function start(
    store: InMemoryEventStore,
    before: () => Promise<void>,
    moved: () => void,
    standbyMs = 5,
  ): () => Promise<void> {
    const subscription: FeedSubscription = {
      group: 'shared',
      batchSize: 5,
      load: () => Promise.resolve(checkpoint),
      handle: async (batch) => {
        await before();
        if (batch.previous.position !== checkpoint.position) throw new CheckpointMoved('shared', STORE_SOURCE);
        ({ checkpoint } = batch);
        moved();
      },
    };
    const pages = new SharedPages(store);
    const reader = new StoreReader({ store, pages, subscription, parking: undefined, logger: undefined, standbyMs });
    const running = reader.run();
    return () => {
      reader.stop();
      return running;
    };
  }

  it('the one that was overtaken handles nothing more while the other one moves on', async () => {
    const store = await storeOf(50);
    const stops: (() => Promise<void>)[] = [];
    let handled = 0;
    await new Promise<void>((resolve) => {
      const turn = () => new Promise<void>((done) => setImmediate(done));
      const moved = () => {
        if (checkpoint.position === 50n) resolve();
      };
      stops.push(start(store, turn, moved));
      const counted = () => {
        handled += 1;
        // Until the other one is sure to have been faster.
        return turn().then(turn);
      };
      stops.push(start(store, counted, moved, 600_000));
    });
    expect(handled).toBe(1);
    await Promise.all(stops.map((stop) => stop()));
  });

  it('the one that was overtaken goes to work when the other one hangs', async () => {
    const store = await storeOf(20);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const stops: (() => Promise<void>)[] = [];
    await new Promise<void>((resolve) => {
      // Both begin with the first batch, which the first one gets; then that one hangs.
      const hanging = () => (checkpoint.position > 0n ? held : Promise.resolve());
      stops.push(start(store, hanging, () => undefined));
      const moved = () => {
        if (checkpoint.position === 20n) resolve();
      };
      stops.push(start(store, () => Promise.resolve(), moved));
    });
    release();
    await Promise.all(stops.map((stop) => stop()));
    expect(checkpoint.position).toBe(20n);
  });
});
