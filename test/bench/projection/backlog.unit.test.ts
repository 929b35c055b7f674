import { job } from '#domain';
import { fold, toDomainEvent, type Append } from '#event-sourcing';
import { InMemoryEventStore } from '#event-sourcing/testing';
import { backlog } from './backlog';

const size = { events: 2_500, templates: 20, schedulesPerTemplate: 4 };

describe('backlog', () => {
  const batches = [...backlog(size)];
  const appends = batches.flat();

  it('has just as many events as asked for, one an append', () => {
    expect(appends).toHaveLength(size.events);
    expect([...backlog({ ...size, events: 10 })].flat()).toHaveLength(10);
    expect(appends.every(({ events }) => events.length === 1)).toBe(true);
  });

  it('holds no stream twice in a batch, and no event id twice', () => {
    for (const batch of batches) expect(new Set(batch.map(({ streamId }) => streamId)).size).toBe(batch.length);
    expect(new Set(appends.map(({ events }) => events[0]?.id)).size).toBe(size.events);
  });

  it('is the same every time', () => {
    expect([...backlog(size)].flat()).toEqual(appends);
  });

  it('is mostly jobs, whose events alternate', () => {
    const types = appends.map(({ events }) => events[0]?.type);
    expect(types.slice(0, 22)).toEqual([
      'DatasetRegistered',
      ...Array<string>(20).fill('TemplateCreated'),
      'ScheduleDefined',
    ]);
    expect(types.slice(-6)).toEqual([
      ...['JobRequested', 'JobCompleted', 'JobStarted', 'JobRequested', 'JobCompleted', 'JobStarted'],
    ]);
  });

  it('is a history that a store takes and the deciders know', async () => {
    const store = new InMemoryEventStore();
    for (const batch of batches) {
      const outcomes = await store.appendMany(batch);
      expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    }
    const ended = appends.find((append) => append.events[0]?.type === 'JobCompleted') as Append;
    const events = await store.readStream(ended.streamId);
    expect(events.map(({ type }) => type)).toEqual(['JobRequested', 'JobStarted', 'JobCompleted']);
    expect(
      fold(
        job,
        events.map((event) => toDomainEvent(event)),
      ),
    ).toMatchObject({ status: 'completed', attempt: 1 });
  });
});
