import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DISTRIBUTED, startServer, type ServerProcess } from '../chaos/server-process';
import { describeMainJob } from './main-job';

describe('the apps in processes of their own, on Kafka', () => {
  let folder: string;
  let dataDir: string;
  let server: ServerProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-scheduler-e2e-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'data');
    server = await startServer({ DATA_DIR: dataDir }, DISTRIBUTED);
  }, 180_000);

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  describeMainJob(() => ({ server, dataDir }));

  it('shows the lines of every process under its name', () => {
    for (const name of ['api', 'relay.1', 'relay.2', 'scheduler.1', 'scheduler.2', 'projector.1', 'projector.2']) {
      expect(server.output()).toMatch(new RegExp(`^${name.replace('.', '[.]')} +\\| .*started`, 'm'));
    }
  });
});
