import { sourceRules, type SourceFacts } from './source-rules';

const NOW = Date.parse('2026-11-24T12:00:00.000Z');
const plain = { maxConnections: null, blackouts: [], openUntil: null };
const capacity = { perDataSource: null, processes: 2, slots: 5 };

function limits(sources: readonly SourceFacts[], more: Partial<typeof capacity> | { perDataSource: number } = {}) {
  return [...sourceRules(sources, { ...capacity, ...more }, NOW).values()].map(({ limit }) => limit);
}

describe('the rules of data sources', () => {
  it('leave all slots to the only one, and half of them to each of several', () => {
    expect(limits([{ name: 'a', ...plain }])).toEqual([null]);
    expect(
      limits([
        { name: 'a', ...plain },
        { name: 'b', ...plain },
      ]),
    ).toEqual([3, 3]);
  });

  it('are those of the settings, and no more jobs than connections', () => {
    const sources = [
      { name: 'a', ...plain },
      { name: 'b', ...plain, maxConnections: 2 },
    ];
    expect(limits(sources, { perDataSource: 9 })).toEqual([9, 4]);
    expect(limits(sources.slice(1))).toEqual([4]);
  });

  it('have the pause of an open circuit', () => {
    const rules = sourceRules([{ name: 'a', ...plain, openUntil: NOW + 1 }], capacity, NOW);
    expect(rules.get('a')).toEqual({ limit: null, closedUntil: null, openUntil: NOW + 1 });
  });

  it('close one that is in a blackout', () => {
    const blackouts = [{ weekdays: [2], from: '12:00', to: '13:30', timeZone: 'UTC' }] as const;
    const rules = sourceRules(
      [
        { name: 'a', ...plain, blackouts },
        { name: 'b', ...plain },
      ],
      capacity,
      NOW,
    );
    expect(rules.get('a')?.closedUntil).toBe(Date.parse('2026-11-24T13:30:00.000Z'));
    expect(rules.get('b')?.closedUntil).toBeNull();
  });
});
