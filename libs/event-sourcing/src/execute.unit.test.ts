import { randomUUID } from 'node:crypto';
import { derivedId, type CommandContext } from './command-context';
import { accept, refuse, type Decider } from './decider';
import { execute } from './execute';
import { InMemoryEventStore } from './testing/in-memory-event-store';
import { someEvent, someStream } from './testing/events';

type Command = { readonly type: 'Add'; readonly amount: number };
type Event = { readonly type: 'Added'; readonly amount: number };

const counter: Decider<Command, number, Event, { readonly code: 'too_much' }> = {
  initial: 0,
  decide: (command, total) => {
    if (command.amount === 0) return accept();
    return total + command.amount > 10
      ? refuse({ code: 'too_much' })
      : accept({ type: 'Added' as const, amount: command.amount });
  },
  evolve: (total, event) => total + event.amount,
};

function context(commandId: string = randomUUID()): CommandContext {
  return { commandId, correlationId: randomUUID(), causationId: null, actor: randomUUID(), traceparent: null };
}

const add = (amount: number): Command => ({ type: 'Add', amount });

describe('execute', () => {
  it('appends what was decided, with ids derived from the command', async () => {
    const store = new InMemoryEventStore();
    const streamId = someStream();
    const commandId = randomUUID();
    const outcome = await execute(store, counter, { streamId, command: add(3), context: context(commandId) });
    expect(outcome).toMatchObject({ kind: 'done', revision: 0, state: 3, events: [{ type: 'Added', amount: 3 }] });
    expect(await store.readStream(streamId)).toMatchObject([
      {
        id: derivedId(commandId, 'event-0'),
        type: 'Added',
        data: { amount: 3 },
        metadata: { commandId, schemaVersion: 1 },
      },
    ]);
  });

  it('answers a repeated command as the first time and stores nothing more', async () => {
    const store = new InMemoryEventStore();
    const streamId = someStream();
    const same = context();
    await execute(store, counter, { streamId, command: add(3), context: same });
    await execute(store, counter, { streamId, command: add(4), context: context() });
    const again = await execute(store, counter, { streamId, command: add(3), context: same });
    expect(again).toMatchObject({ kind: 'done', events: [{ type: 'Added', amount: 3 }], state: 7 });
    expect(await store.readStream(streamId)).toHaveLength(2);
  });

  it('passes a refusal on and stores nothing', async () => {
    const store = new InMemoryEventStore();
    const outcome = await execute(store, counter, { streamId: someStream(), command: add(11), context: context() });
    expect(outcome).toEqual({ kind: 'refused', refusal: { code: 'too_much' } });
    expect(await store.head()).toBe(0n);
  });

  it('refuses a stale expected revision and tells the present one', async () => {
    const store = new InMemoryEventStore();
    const streamId = someStream();
    await execute(store, counter, { streamId, command: add(1), context: context() });
    const stale = { streamId, command: add(1), context: context(), expectedRevision: 4 };
    expect(await execute(store, counter, stale)).toEqual({ kind: 'stale', actual: 0 });
  });

  it('decides again on what others wrote meanwhile', async () => {
    const store = new InMemoryEventStore();
    const streamId = someStream();
    const all = Array.from({ length: 5 }, () =>
      execute(store, counter, { streamId, command: add(4), context: context() }),
    );
    const kinds = (await Promise.all(all)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'done')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(3);
  });

  it('makes the command from the state when asked to', async () => {
    const store = new InMemoryEventStore();
    const streamId = someStream();
    await execute(store, counter, { streamId, command: add(4), context: context() });
    const command = (total: number): Command => add(10 - total);
    const outcome = await execute(store, counter, { streamId, command, context: context() });
    expect(outcome).toMatchObject({ kind: 'done', state: 10 });
  });

  it('gives up after a bounded number of conflicts', async () => {
    const store = new InMemoryEventStore();
    const streamId = someStream();
    let conflicts = 0;
    const command = async (): Promise<Command> => {
      conflicts += 1;
      await store.append({ streamId, expected: 'any', events: [someEvent('Added', { amount: 0 })] });
      return add(1);
    };
    const outcome = await execute(store, counter, { streamId, command, context: context() });
    expect(outcome).toEqual({ kind: 'contended' });
    expect(conflicts).toBe(8);
  });
});
