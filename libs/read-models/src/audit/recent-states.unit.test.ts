import { RecentStates } from './recent-states';

it('remembers a state for just its revision', () => {
  const recent = new RecentStates(2);
  recent.remember('a', { revision: 3, state: {} });
  expect(recent.at('a', 3)).toEqual({ revision: 3, state: {} });
  expect(recent.at('a', 2)).toBeNull();
  expect(recent.at('b', 3)).toBeNull();
});

it('gives up what was not used for longest', () => {
  const recent = new RecentStates(2);
  recent.remember('a', { revision: 0, state: {} });
  recent.remember('b', { revision: 0, state: {} });
  recent.remember('a', { revision: 1, state: {} });
  recent.remember('c', { revision: 0, state: {} });
  expect([recent.at('a', 1), recent.at('b', 0), recent.at('c', 0)]).toEqual([
    { revision: 1, state: {} },
    null,
    { revision: 0, state: {} },
  ]);
});

it('forgets when told to', () => {
  const recent = new RecentStates(2);
  recent.remember('a', { revision: 0, state: {} });
  recent.forget('a');
  expect(recent.at('a', 0)).toBeNull();
});
