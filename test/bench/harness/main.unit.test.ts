import { defineBench, type BenchContext } from './bench';
import { main } from './main';

const out: string[] = [];
const err: string[] = [];
const output = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) };
let run: (values: { readonly size: number }, context: BenchContext) => Promise<number>;

const bench = defineBench({
  name: 'speed',
  summary: 'how fast it is',
  options: { size: { help: 'how much', default: 7 } },
  run: async (values, context) => ({
    figures: [{ name: 'per_s', value: await run(values, context), meaning: 'a second' }],
    notes: [],
  }),
});
const call = (...args: readonly string[]): Promise<number> => main(args, [bench], output);

beforeEach(() => {
  out.length = 0;
  err.length = 0;
  run = ({ size }) => Promise.resolve(size * 2);
});

describe('main', () => {
  it('lists the benches when none is named', async () => {
    expect(await call()).toBe(0);
    expect(out.join()).toContain('speed  how fast it is');
  });

  it('explains the options of a bench without running it', async () => {
    run = () => Promise.reject(new Error('must not run'));
    expect(await call('speed', '--help')).toBe(0);
    expect(out.join()).toContain('--size N');
  });

  it('prints a table', async () => {
    expect(await call('speed')).toBe(0);
    expect(out).toHaveLength(1);
    expect(out[0]).toMatch(/^per_s +14 /m);
  });

  it('prints one JSON object on the last line on request', async () => {
    expect(await call('speed', '--size', '4', '--json')).toBe(0);
    expect(out.at(-1)).toBe('{"bench":"speed","figures":{"per_s":8}}');
  });

  it.each([
    [['sped'], 'There is no bench "sped": the benches are speed.'],
    [['speed', '--sise', '4'], 'There is no option --sise: this bench knows --size, --json, --help.'],
  ])('answers %p with one line and exit code 2', async (args, message) => {
    expect(await call(...args)).toBe(2);
    expect(err).toEqual([message]);
    expect(out).toEqual([]);
  });

  it('cleans up before it reports, and after a failure', async () => {
    const events: string[] = [];
    run = ({ size }, { cleanup }) => {
      cleanup.add('server', () => events.push(`cleaned up with ${out.length} lines out`));
      return size === 1 ? Promise.reject(new Error('the disk is full')) : Promise.resolve(size);
    };
    expect(await call('speed')).toBe(0);
    expect(await call('speed', '--size', '1')).toBe(1);
    expect(events).toEqual(['cleaned up with 0 lines out', 'cleaned up with 1 lines out']);
    expect(err.join()).toContain('the disk is full');
  });

  it('stops listening to signals when it ends', async () => {
    const before = process.listenerCount('SIGINT');
    let during = 0;
    run = () => {
      during = process.listenerCount('SIGINT');
      return Promise.resolve(1);
    };
    await call('speed');
    expect([during, process.listenerCount('SIGINT')]).toEqual([before + 1, before]);
  });
});
