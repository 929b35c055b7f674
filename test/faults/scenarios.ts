import { Kafka, logLevel } from 'kafkajs';
import { withDatabase } from '../chaos/own-cluster';
import { sendAgain } from './repeats';
import type { FaultsWorld } from './world';

/** Answers that show the system at work again. */
const SOME_ANSWERS = 20;
const OUTAGE_MS = 10_000;

export interface Scenario {
  readonly name: string;
  /** Does the harm, under load, and puts right what would not come right by itself. */
  inject(world: FaultsWorld): Promise<void>;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'the leader of a partition is killed',
    async inject({ kafka, load }) {
      const leader = await leaderOf(kafka.brokers, 'report-scheduler.job.v1');
      const node = kafka.nodes.find(({ id }) => id === leader);
      if (!node) throw new Error(`there is no broker ${leader}`);
      await node.kill();
      await load.answers(SOME_ANSWERS);
      await node.start();
      await load.answers(SOME_ANSWERS);
    },
  },
  {
    name: 'every process is killed in turn',
    async inject(world) {
      for (const name of world.system.processes) {
        const back = world.line(new RegExp(`^${name.replace('.', '[.]')} +\\| .*"started"`));
        const pid = world.system.supervisor.pidOf(name);
        if (pid === undefined) throw new Error(`${name} does not run`);
        process.kill(pid, 'SIGKILL');
        await back;
        await world.load.answers(SOME_ANSWERS / 4);
      }
    },
  },
  {
    name: 'PostgreSQL is away for ten seconds',
    async inject(world) {
      await world.stopPostgres();
      await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
      await world.startPostgres();
      await world.load.answers(SOME_ANSWERS);
    },
  },
  {
    name: "the relay's leader is paused until another one took over, then goes on",
    async inject(world) {
      const paused = await relayLeader(world.dataDir);
      const taken = world.line(/"relay leads"/);
      process.kill(paused, 'SIGSTOP');
      await taken;
      await world.load.answers(SOME_ANSWERS);
      process.kill(paused, 'SIGCONT');
      await world.load.answers(SOME_ANSWERS);
    },
  },
  {
    name: 'each record is delivered again, in two batches',
    inject: ({ kafka }) => sendAgain(kafka.brokers),
  },
];

async function leaderOf(brokers: readonly string[], topic: string): Promise<number> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.disconnect();
  const partition = topics[0]?.partitions[0];
  if (!partition) throw new Error(`${topic} has no partitions`);
  return partition.leader;
}

/** The holder is named by host, process id and a random part. */
async function relayLeader(dataDir: string): Promise<number> {
  return withDatabase(dataDir, async (client) => {
    const { rows } = await client.query<{ holder: string }>(
      `SELECT holder FROM coordination.leader_lease WHERE name = 'relay' AND expires_at > clock_timestamp()`,
    );
    const pid = Number(rows[0]?.holder.split('/')[1]);
    if (!Number.isInteger(pid)) throw new Error('no relay leads');
    return pid;
  });
}
