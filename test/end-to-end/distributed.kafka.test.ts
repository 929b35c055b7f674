import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { DISTRIBUTED, startServer, type ServerProcess } from '../chaos/server-process';
import { newPrefix, testBrokers } from '../kafka/test-kafka';
import { describeMainJob } from './main-job';

describe('the apps in processes of their own, on Kafka', () => {
  let folder: string;
  let dataDir: string;
  let server: ServerProcess;
  const prefix = newPrefix();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-scheduler-e2e-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'data');
    const kafka = { KAFKA_BROKERS: testBrokers().join(','), KAFKA_PREFIX: prefix };
    server = await startServer({ DATA_DIR: dataDir, ...kafka }, DISTRIBUTED);
  }, 180_000);

  afterAll(async () => {
    await server.stop();
    await deleteTopics(prefix);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  describeMainJob(() => ({ server, dataDir }));

  it('shows the lines of every process under its name', () => {
    for (const name of ['api', 'relay.1', 'relay.2', 'scheduler.1', 'scheduler.2', 'projector.1', 'projector.2']) {
      expect(server.output()).toMatch(new RegExp(`^${name.replace('.', '[.]')} +\\| .*started`, 'm'));
    }
  });
});

/** The brokers may be somebody's own. */
async function deleteTopics(prefix: string): Promise<void> {
  const admin = new Kafka({ brokers: [...testBrokers()], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`)) });
  await admin.disconnect();
}
