import { resolve } from 'node:path';
import { LocalKafkaError } from './errors';
import { startKafka } from './local-kafka';

const write = (line: string) => void process.stdout.write(`${line}\n`);

/** `npm run kafka`: one broker for development, with its data in the checkout, until Ctrl-C. */
async function main(): Promise<void> {
  const stopping = new AbortController();
  const interrupted = new Promise<void>((end) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        stopping.abort();
        end();
      });
    }
  });
  write('Starting Kafka…');
  const kafka = await startKafka({
    port: portOf(process.env.PORT),
    dataDir: resolve('.data/kafka'),
    log: write,
    signal: stopping.signal,
  });
  write(`Kafka is ready; Ctrl-C stops it. For other terminals:\n  export KAFKA_BROKERS=${kafka.brokers.join(',')}`);
  await interrupted;
  write('Stopping Kafka…');
  await kafka.stop();
}

function portOf(text = ''): number {
  const port = text === '' ? 9092 : Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new LocalKafkaError('kafka.start-failed', 'PORT must be a number from 1 to 65535.');
}

main().catch((error: unknown) => {
  const known = error instanceof LocalKafkaError;
  if (!known || error.code !== 'kafka.aborted') {
    process.stderr.write(`${known ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  }
  process.exitCode = 1;
});
