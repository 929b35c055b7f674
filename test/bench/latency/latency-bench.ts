import { defineBench, type Figure } from '../harness/bench';
import { interleave } from '../harness/interleave';
import { peakRssMib } from '../harness/peak-memory';
import { formatNumber } from '../harness/report';
import { median, percentile } from '../harness/statistics';
import { measureDue, type DueTimes } from './due';
import { startProduct } from './product-server';
import { completionTimes, DirectCopy, runNow } from './run-now';

const WARM_UP = 10;

export const latencyBench = defineBench({
  name: 'latency',
  summary: 'how long a person waits for a report, and how late a schedule fires',
  options: {
    requests: { help: 'reports that are asked for, one after another', default: 100 },
    rows: { help: 'rows of each report', default: 1_000 },
    schedules: { help: 'schedules that are due at the same time, every minute', default: 48 },
    minutes: { help: 'full minutes to wait for; 0 leaves the schedules out', default: 3, min: 0 },
  },
  async run({ requests, rows, schedules, minutes }, context) {
    const product = await startProduct(rows, context);
    const { api, templateId } = product;
    const direct = await DirectCopy.open(product.reportingUrl, product.folder, context.cleanup);
    context.log(`Asking for ${requests} reports…`);
    for (let run = 0; run < WARM_UP; run += 1) {
      await runNow(api, templateId);
      await direct.measure();
    }
    const { ours, limit } = await interleave(requests, {
      ours: () => runNow(api, templateId),
      limit: () => direct.measure(),
    });
    const completed = await completionTimes(product.productUrl, ours);
    const due = minutes > 0 ? await measureDue(product, { schedules, minutes }, context) : undefined;
    const rssMib = peakRssMib(product.server.pid);
    return {
      figures: [
        {
          name: 'run_now_p50_ms',
          value: median(completed),
          target: { atMost: 300 },
          meaning: 'from the HTTP request to the completed file, half of the reports',
        },
        { name: 'run_now_p99_ms', value: percentile(completed, 99), meaning: 'the same, 99 of 100 reports' },
        {
          name: 'run_now_seen_p50_ms',
          value: median(ours.map(({ seenMs }) => seenMs)),
          meaning: 'until a client that follows the job has heard of it',
        },
        {
          name: 'direct_p50_ms',
          value: median(limit),
          meaning: 'the limit: the same rows by COPY into a flushed file',
        },
        ...(due ? dueFigures(due) : []),
        ...(Number.isFinite(rssMib)
          ? [{ name: 'rss_mib', value: rssMib, meaning: 'MiB of memory that the product takes at most' }]
          : []),
      ],
      notes: [
        `${formatNumber(requests)} reports of ${formatNumber(rows)} rows.`,
        ...(due ? [`${schedules} schedules, each due ${minutes} times.`] : []),
      ],
    };
  },
});

function dueFigures({ lateness, limit }: DueTimes): readonly Figure[] {
  return [
    { name: 'due_p50_ms', value: median(lateness), meaning: 'from the due time to the requested job' },
    {
      name: 'due_p99_ms',
      value: percentile(lateness, 99),
      target: { atMost: 100 },
      meaning: 'the same, 99 of 100 occurrences',
    },
    { name: 'timer_p50_ms', value: median(limit), meaning: 'the limit: a timer and one flushed INSERT' },
  ];
}
