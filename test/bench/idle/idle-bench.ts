import { setTimeout as delay } from 'node:timers/promises';
import { startDistributed, type Distributed } from '../../../deploy/distributed/distributed';
import { defineBench, type BenchContext, type BenchResult } from '../harness/bench';
import { ownTopics, startBenchKafka } from '../harness/kafka';
import { startBenchPostgres } from '../harness/postgres';
import { benchLogger, benchSettings, type ProductOptions } from '../harness/product';
import { createWorkFolder } from '../harness/work-folder';
import { measureRest, type Rest } from './rest';

export const idleBench = defineBench({
  name: 'idle',
  summary: 'what the distributed system takes while nothing is to be done',
  options: {
    settle: { help: 'seconds after the start before anything is measured', default: 20, min: 0 },
    seconds: { help: 'seconds that are measured', default: 60 },
  },
  async run({ settle, seconds }, context): Promise<BenchResult> {
    if (process.platform !== 'linux') {
      return {
        figures: [],
        notes: ['Nothing was measured: CPU times of other processes are read from /proc of Linux.'],
      };
    }
    const folder = await createWorkFolder(context);
    const postgres = await startBenchPostgres(folder, context);
    const kafka = await startBenchKafka(context);
    const { prefix } = ownTopics(kafka, context);
    const place = { url: postgres.product, folder, kafka: { brokers: kafka.brokers, prefix } };
    const system = await startProduct(place, context);
    context.log(`Letting it settle for ${settle} s…`);
    await delay(settle * 1000);
    context.log(`Measuring for ${seconds} s…`);
    const servers = { ...(kafka.pid !== undefined && { kafka: kafka.pid }), postgres: postgres.pid };
    const rest = await measureRest(system, servers, seconds);
    return {
      figures: figuresOf(rest),
      notes: [
        `${system.processes.length} processes, no schedules, measured for ${seconds} s after ${settle} s: ${system.processes.join(', ')}.`,
        ...(kafka.pid === undefined ? ['kafka_cpu_percent is missing, since Kafka runs elsewhere.'] : []),
      ],
    };
  },
});

async function startProduct(place: ProductOptions, context: BenchContext): Promise<Distributed> {
  const { cleanup, log } = context;
  const starting = startDistributed({
    settings: benchSettings(place),
    logger: benchLogger(context),
    log,
    signal: cleanup.signal,
  });
  cleanup.add('the product', async () => {
    const system = await starting.catch(() => undefined);
    await system?.stop();
  });
  return starting;
}

function figuresOf({ apps, servers }: Rest): BenchResult['figures'] {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const used = [...apps.values()];
  return [
    {
      name: 'cpu_percent',
      value: sum(used.map(({ cpuPercent }) => cpuPercent)),
      target: { atMost: 5 },
      meaning: 'CPU time of all processes of the product, in per cent of one core',
    },
    {
      name: 'rss_mib',
      value: sum(used.map(({ rssMib }) => rssMib)),
      meaning: 'MiB of memory of all of them, shared pages counted in each',
    },
    ...[...apps].flatMap(([app, { cpuPercent, rssMib }]) => [
      { name: `${app}_cpu_percent`, value: cpuPercent, meaning: `the share of the ${app}` },
      { name: `${app}_rss_mib`, value: rssMib, meaning: 'its memory' },
    ]),
    ...[...servers].map(([server, cpuPercent]) => ({
      name: `${server}_cpu_percent`,
      value: cpuPercent,
      meaning: 'beside it, no part of the sum',
    })),
  ];
}
