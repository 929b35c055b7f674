import { figuresOf } from '../bench-process';

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux(
  'idle measures what it says, for a moment',
  async () => {
    const figures = await figuresOf('idle', '--settle', '0', '--seconds', '2');
    const apps = ['api', 'relay', 'scheduler', 'projector', 'exporter', 'notifier'];
    const memory = ['rss_mib', ...apps.map((app) => `${app}_rss_mib`)];
    const times = ['cpu_percent', ...[...apps, 'postgres'].map((name) => `${name}_cpu_percent`)];
    // Of a Kafka that was there before, the time is not known.
    const told = Object.keys(figures).filter((name) => name !== 'kafka_cpu_percent');
    expect(told.sort()).toEqual([...memory, ...times].sort());
    expect(memory.filter((name) => !(figures[name]! > 10))).toEqual([]);
    expect(Object.values(figures).filter((value) => !(value >= 0))).toEqual([]);
    const sum = apps.reduce((total, app) => total + figures[`${app}_cpu_percent`]!, 0);
    expect(figures.cpu_percent).toBeCloseTo(sum, 2);
  },
  120_000,
);
