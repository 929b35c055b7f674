import type { RecordedEvent } from '#event-sourcing';
import { checkpointAfter } from './feed-entry';

const at = (position: bigint, offset: string | null) => ({
  event: { position } as RecordedEvent,
  streamId: 'job-1',
  offset,
});

it('stands behind the last record', () => {
  const from = { position: 4n, offset: '10' };
  expect(checkpointAfter(from, [at(5n, '10'), at(9n, '11')])).toEqual({ position: 9n, offset: '12' });
});

it('stands where it was after what has no position', () => {
  const nonsense = { event: null, streamId: null, offset: '10' };
  expect(checkpointAfter({ position: 4n, offset: '10' }, [nonsense])).toEqual({ position: 4n, offset: '11' });
});

it('keeps its offset while events come from the store', () => {
  expect(checkpointAfter({ position: 4n, offset: '10' }, [at(5n, null)])).toEqual({ position: 5n, offset: '10' });
});

it('never goes back', () => {
  expect(checkpointAfter({ position: 4n, offset: '10' }, [at(2n, '10')])).toEqual({ position: 4n, offset: '11' });
});
