import type { Append, EventStore } from '#event-sourcing';
import { ANNA, BEN, NOON } from '#domain/testing';
import { AccessLog } from './access-log';

const origin = { commandId: 'a2f8b7c4-0000-4000-8000-000000000001', correlationId: 'c', traceparent: null };

function recorder(fails = false) {
  const appends: Append[] = [];
  const lost: unknown[] = [];
  const store: Pick<EventStore, 'append'> = {
    append(append) {
      appends.push(append);
      return fails
        ? Promise.reject(new Error('no store'))
        : Promise.resolve({ ok: true, revision: 0, position: 1n, repeated: false });
    },
  };
  const log = new AccessLog(store as EventStore, (error) => lost.push(error));
  return { log, appends, lost };
}

const refusal = { type: 'SignInRefused', userId: null, reason: 'credentials', at: NOON } as const;
const counts = (appends: Append[]) => appends.map(({ events }) => (events[0]?.data as { count: number }).count);

it('records an access on the stream of the person and the day', async () => {
  const { log, appends } = recorder();
  await log.record({ type: 'SignedIn', userId: ANNA, at: NOON }, origin);
  expect(appends).toMatchObject([
    {
      streamId: `access-${ANNA}-2026-11-23`,
      expected: 'any',
      events: [{ type: 'SignedIn', data: { userId: ANNA }, metadata: { actor: ANNA, correlationId: 'c' } }],
    },
  ]);
});

it('records what concerns no user on the stream of whoever did it', async () => {
  const { log, appends } = recorder();
  await log.record({ type: 'RecipientErased', recipientId: BEN, by: ANNA, at: NOON }, origin);
  expect(appends).toMatchObject([
    { streamId: `access-${ANNA}-2026-11-23`, events: [{ data: { recipientId: BEN }, metadata: { actor: ANNA } }] },
  ]);
});

it('tells when an access could not be recorded', async () => {
  const { log } = recorder(true);
  await expect(log.record({ type: 'SignedIn', userId: ANNA, at: NOON }, origin)).rejects.toThrow('no store');
});

it('sums refusals of a kind up', async () => {
  const { log, appends } = recorder();
  for (let tries = 0; tries < 1000; tries += 1) log.refused(refusal, origin);
  log.refused({ ...refusal, reason: 'too_many_tries' }, { ...origin, commandId: ANNA });
  expect(counts(appends)).toEqual([1, 1]);
  await log.flush();
  expect(counts(appends)).toEqual([1, 1, 999]);
  expect(appends[2]?.streamId).toBe('access-anonymous-2026-11-23');
  expect(new Set(appends.map(({ events }) => events[0]?.id)).size).toBe(3);
  log.refused(refusal, origin);
  expect(counts(appends)).toEqual([1, 1, 999, 1]);
  await log.flush();
});

it('sums them up after a minute by itself', async () => {
  jest.useFakeTimers();
  try {
    const { log, appends } = recorder();
    log.refused(refusal, origin);
    log.refused(refusal, origin);
    await jest.advanceTimersByTimeAsync(59_000);
    expect(counts(appends)).toEqual([1]);
    await jest.advanceTimersByTimeAsync(2000);
    expect(counts(appends)).toEqual([1, 1]);
  } finally {
    jest.useRealTimers();
  }
});

it('goes on when a refusal is lost, and says so', async () => {
  const { log, lost } = recorder(true);
  log.refused(refusal, origin);
  await log.flush();
  expect(lost).toHaveLength(1);
});
