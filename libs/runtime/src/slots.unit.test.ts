import { Slots } from './slots';

/** Work that ends when it is told to, or when it notices that it was aborted. */
class Work {
  readonly aborted: string[] = [];
  end: () => void = () => undefined;
  readonly ended = new Promise<void>((resolve) => (this.end = resolve));

  constructor(private readonly notices = true) {}

  abort(reason: string): void {
    this.aborted.push(reason);
    if (this.notices) this.end();
  }
}

describe('slots', () => {
  let freed: Work[];
  let slots: Slots<Work>;

  beforeEach(() => {
    freed = [];
    slots = new Slots<Work>({ size: 2, run: ({ ended }) => ended, onFree: (work) => freed.push(work) });
  });

  it('are taken while work is under way, and told of when they are free again', async () => {
    const work = new Work();
    slots.fill(work);
    expect([slots.free, slots.busy]).toEqual([1, [work]]);
    work.end();
    expect(await slots.empty(60_000, 60_000)).toEqual([]);
    expect([slots.free, freed, work.aborted]).toEqual([2, [work], []]);
  });

  it('end at a stop what does not end by itself in time', async () => {
    const work = new Work();
    slots.fill(work);
    expect(await slots.empty(0, 60_000)).toEqual([]);
    expect([work.aborted, freed]).toEqual([['shutdown'], [work]]);
  });

  it('name what goes on even then', async () => {
    const [deaf, other] = [new Work(false), new Work()];
    slots.fill(deaf);
    slots.fill(other);
    expect(await slots.empty(0, 0)).toEqual([deaf]);
    expect([slots.busy, freed]).toEqual([[deaf], [other]]);
    deaf.end();
    expect(await slots.empty(60_000, 0)).toEqual([]);
  });
});
