// Runs the event store's suites against the server that EVENTSTORE_URL names. Without one there is nothing to run: a failure.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

if (!process.env.EVENTSTORE_URL) {
  console.error(
    'EVENTSTORE_URL is not set: give the connection string of a server, such as esdb://localhost:2113?tls=false',
  );
  process.exit(1);
}
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const suites = ['--runTestsByPath', 'libs/event-store/src/eventstoredb/eventstoredb-event-store.integration.test.ts'];
const { status } = spawnSync(
  process.execPath,
  [jest, '--testNamePattern', 'a real server', ...suites, ...process.argv.slice(2)],
  {
    cwd: new URL('../..', import.meta.url),
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
