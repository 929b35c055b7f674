import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ChaosSystem } from './chaos-system';

it('leaves nothing running when it is broken off amid its start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-system-'));
  chmodSync(folder, 0o755);
  const interruption = new AbortController();
  const options = { folder, leaseMs: 5000, smtpUrl: 'smtp://127.0.0.1:1', signal: interruption.signal };
  const opening = expect(ChaosSystem.open(options)).rejects.toThrow('enough');
  const pidFile = join(folder, 'source', 'postgres', 'cluster', 'postmaster.pid');
  // Line 8 is the status: the first of its two servers is up, the second one on its way.
  const lines = (): readonly string[] => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n') : []);
  while (lines()[7]?.trim() !== 'ready') await delay(10);
  const pid = Number(lines()[0]);
  interruption.abort(new Error('enough'));
  await opening;
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  rmSync(folder, { recursive: true });
});
