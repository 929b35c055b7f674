import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { processIdentity } from '../postgres/processes';
import { choosePorts } from './cluster';
import { startKafka, type LocalKafka } from './local-kafka';

const log = () => undefined;
const started: LocalKafka[] = [];
const folders: string[] = [];

async function start(options: Partial<Parameters<typeof startKafka>[0]> = {}): Promise<LocalKafka> {
  const kafka = await startKafka({ log, ...options });
  started.push(kafka);
  return kafka;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-kafka-'));
  folders.push(folder);
  return folder;
}

async function withAdmin<T>(brokers: readonly string[], action: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, connectionTimeout: 5_000 }).admin();
  await admin.connect();
  try {
    return await action(admin);
  } finally {
    await admin.disconnect();
  }
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((kafka) => kafka.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('one broker', () => {
  it('serves as soon as it is there, and leaves nothing when it stops', async () => {
    const kafka = await start();
    const { brokers, controller } = await withAdmin(kafka.brokers, (admin) => admin.describeCluster());
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual(kafka.brokers);
    expect(controller).toBe(1);

    const pid = kafka.nodes[0]!.pid!;
    await kafka.stop();
    expect(processIdentity(pid)).toBeUndefined();
    await expect(connection(kafka.brokers[0]!)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('keeps its data in a folder of its own, which it has alone', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    await withAdmin(first.brokers, (admin) => admin.createTopics({ topics: [{ topic: 'kept' }] }));
    await expect(startKafka({ log, dataDir })).rejects.toMatchObject({ code: 'kafka.folder-in-use' });
    await first.stop();

    const second = await start({ dataDir });
    expect(await withAdmin(second.brokers, (admin) => admin.listTopics())).toContain('kept');
  });

  it('makes no topic by itself', async () => {
    const kafka = await start();
    await withAdmin(kafka.brokers, async (admin) => {
      await expect(admin.fetchTopicMetadata({ topics: ['missing'] })).rejects.toThrow('does not host this');
      expect(await admin.listTopics()).toEqual([]);
    });
  });

  it('does not take a port that is in use', async () => {
    const kafka = await start();
    const port = Number(kafka.brokers[0]!.split(':')[1]);
    await expect(startKafka({ log, port })).rejects.toMatchObject({
      code: 'kafka.port-in-use',
      message: `Port ${port} on 127.0.0.1 is in use: choose another one for Kafka.`,
    });
  });

  it('is not left behind by a start that is broken off', async () => {
    const dataDir = newFolder();
    const stopping = new AbortController();
    const starting = startKafka({ log, dataDir, signal: stopping.signal });
    const outcome = expect(starting).rejects.toMatchObject({ code: 'kafka.aborted' });
    await until(() => existsSync(join(dataDir, 'node-1', 'broker.pid')));
    stopping.abort();
    await outcome;
    expect(readdirSync(join(dataDir, 'node-1'))).not.toContain('broker.pid');
    expect(readdirSync(dataDir)).not.toContain('owner.json');
  });

  it('ends when its starter is killed', async () => {
    const folder = newFolder();
    const [ports] = await choosePorts(1);
    const parent = fork(resolve(__dirname, '../../dist/deploy/kafka/main.js'), {
      cwd: folder,
      env: { ...process.env, PORT: String(ports!.client) },
      silent: true,
    });
    let output = '';
    parent.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!output.includes('export KAFKA_BROKERS=')) await once(parent.stdout!, 'data');
    const note = readFileSync(join(folder, '.data/kafka/node-1/broker.pid'), 'utf8');
    const { pid, identity } = JSON.parse(note) as { pid: number; identity: string };
    expect(processIdentity(pid)).toBe(identity);
    parent.kill('SIGKILL');
    await refusal(`127.0.0.1:${ports!.client}`);
    expect(processIdentity(pid)).not.toBe(identity);
  });
});

describe('three brokers', () => {
  it('lose one and get it back on its port with its data', async () => {
    const kafka = await start({ nodes: 3 });
    const [, victim] = kafka.nodes;
    const topic = { topic: 'copies', numPartitions: 3, replicationFactor: 3 };
    await withAdmin(kafka.brokers, (admin) => admin.createTopics({ topics: [topic], waitForLeaders: true }));

    await victim!.kill();
    expect(victim!.pid).toBeUndefined();
    await expect(connection(victim!.broker)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const others = kafka.brokers.filter((broker) => broker !== victim!.broker);
    expect(await withAdmin(others, (admin) => admin.listTopics())).toContain('copies');

    await victim!.start();
    expect(await withAdmin([victim!.broker], (admin) => admin.listTopics())).toContain('copies');
    await kafka.stop();
    expect(kafka.nodes.map(({ pid }) => pid)).toEqual([undefined, undefined, undefined]);
  });
});

/** Settles when the port takes a connection, and rejects when nobody listens. */
function connection(broker: string): Promise<void> {
  const [host, port] = broker.split(':');
  return new Promise((open, fail) => {
    const socket = connect({ host: host!, port: Number(port) });
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.destroy();
      open();
    });
  });
}

/** Settles when nobody listens on the port any more: a killed process lets go of it thread by thread. */
async function refusal(broker: string): Promise<void> {
  for (;;) {
    try {
      await connection(broker);
    } catch {
      return;
    }
  }
}

/** Looks often; what never comes true ends by the test's own limit. */
async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 10));
}
