import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { someEvent } from '#event-sourcing/testing';
import { checkFiles } from './check-outcome';

const FILE = 'jobs/one/1/Report.csv';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-files-'));
  mkdirSync(join(root, 'jobs/one/1'), { recursive: true });
  writeFileSync(join(root, FILE), 'a,b');
});
afterEach(() => rmSync(root, { recursive: true }));

function history(...events: [type: string, data?: object][]) {
  return events.map(([type, data = {}], revision) => ({
    ...someEvent(type, data),
    ...{ streamId: 'job-one', revision, position: BigInt(revision + 1), recordedAt: new Date(0) },
  }));
}

it.each([
  ['another attempt follows', history(['JobStarted', { attempt: 1 }], ['JobStarted', { attempt: 2 }])],
  ['the job expires', history(['JobStarted', { attempt: 1 }], ['JobAttemptLost'], ['JobExpired'])],
  ['the job fails', history(['JobStarted', { attempt: 1 }], ['JobFailed'])],
])('leaves a file to the sweeper whose attempt came to nothing: %s', (_, events) => {
  expect(checkFiles(events, root)).toEqual([]);
});

it('finds a file that nobody will remove', () => {
  const orphan = `${FILE} belongs to no completed job`;
  expect(checkFiles(history(['JobStarted', { attempt: 1 }]), root)).toEqual([orphan]);
  expect(
    checkFiles(history(['JobStarted', { attempt: 1 }], ['JobCompleted', { output: { files: [] } }]), root),
  ).toEqual([orphan]);
});
