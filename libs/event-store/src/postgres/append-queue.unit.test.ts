import type { Append, AppendOutcome } from '#event-sourcing';
import { someEvents, someStream } from '#event-sourcing/testing';
import { AppendQueue } from './append-queue';

const OUTCOME: AppendOutcome = { ok: true, revision: 0, position: 1n, repeated: false };

/** A queue whose calls end when the test says so. */
function heldQueue() {
  const calls: { readonly sizes: readonly number[]; readonly end: () => void }[] = [];
  const queue = new AppendQueue(
    (appends) =>
      new Promise((resolve) => {
        calls.push({
          sizes: appends.map(({ events }) => events.length),
          end: () => {
            resolve(appends.map(() => OUTCOME));
          },
        });
      }),
  );
  return { queue, calls };
}

function appendOf(events: number): Append {
  return { streamId: someStream(), expected: 'no-stream', events: someEvents(events) };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('AppendQueue', () => {
  it('lets appends that arrive while three calls are under way share the next one', async () => {
    const { queue, calls } = heldQueue();
    const first = [];
    for (let call = 0; call < 3; call += 1) {
      first.push(queue.add(appendOf(1)));
      await nextTurn();
    }
    const later = Array.from({ length: 9 }, () => queue.add(appendOf(1)));
    await nextTurn();
    expect(calls.map(({ sizes }) => sizes.length)).toEqual([1, 1, 1]);

    calls[0]?.end();
    await first[0];
    await nextTurn();
    expect(calls.map(({ sizes }) => sizes.length)).toEqual([1, 1, 1, 9]);

    for (const { end } of calls) end();
    await expect(Promise.all([...first, ...later])).resolves.toHaveLength(12);
  });

  it('sends up to three calls at a time when many events wait', async () => {
    const { queue, calls } = heldQueue();
    const appends = Array.from({ length: 5 }, () => queue.add(appendOf(1000)));
    await nextTurn();
    expect(calls.map(({ sizes }) => sizes)).toEqual([[1000], [1000], [1000]]);

    for (let ended = 0; ended < 5; ended += 1) {
      calls[ended]?.end();
      await nextTurn();
      await nextTurn();
    }
    await expect(Promise.all(appends)).resolves.toHaveLength(5);
  });

  it('keeps appends to the same stream in calls of their own', async () => {
    const { queue, calls } = heldQueue();
    const { streamId } = appendOf(1);
    const appends = [1, 2].map((size) => queue.add({ ...appendOf(size), streamId }));
    await nextTurn();
    expect(calls.map(({ sizes }) => sizes)).toEqual([[1], [2]]);
    for (const { end } of calls) end();
    await expect(Promise.all(appends)).resolves.toHaveLength(2);
  });
});
