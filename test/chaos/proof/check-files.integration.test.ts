import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TEMPLATE_ID, jobOutput, jobRequest } from '#domain/testing';
import { recorded, type Told } from '../testing/recorded';
import { checkFiles, hasFilesUntil } from './check-files';

const AT = '2026-11-26T08:00:00.000Z';
const EXPIRES_AT = '2026-11-26T08:01:00.000Z';
const FILE = 'jobs/one/1/Report.csv';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-files-'));
  put(FILE, 'a,b');
});
afterEach(() => rmSync(root, { recursive: true }));

function put(key: string, content: string): void {
  mkdirSync(dirname(join(root, key)), { recursive: true });
  writeFileSync(join(root, key), content);
}

function completed(jobId: string, key: string, content = 'a,b', rows = 1): readonly Told[] {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = { name: 'Report.csv', key, format: 'csv', rows, bytes: content.length, sha256, sheets: [] };
  const output = { ...jobOutput(), files: [file] };
  return [
    [`job-${jobId}`, 'JobRequested', { request: jobRequest({ jobId, templateId: TEMPLATE_ID }) }, AT],
    [`job-${jobId}`, 'JobStarted', { attempt: 1 }, AT],
    [`job-${jobId}`, 'JobCompleted', { attempt: 1, output, outputExpiresAt: EXPIRES_AT }, AT],
  ];
}

const check = (told: readonly Told[], swept = true): readonly string[] =>
  checkFiles(recorded(...told), { root, rowsOf: () => 1, swept });

it('finds nothing where every file is what was promised', () => {
  expect(check(completed('one', FILE))).toEqual([]);
});

it('finds a file that is missing', () => {
  rmSync(join(root, FILE));
  expect(check(completed('one', FILE))).toEqual([`${FILE} is missing`]);
});

it('finds a file with other bytes', () => {
  put(FILE, 'a,c');
  expect(check(completed('one', FILE))).toEqual([`${FILE} does not have the promised bytes`]);
});

it('finds a report that lacks rows', () => {
  expect(check(completed('one', FILE, 'a,b', 0))).toEqual([`${FILE} has 0 rows instead of 1`]);
});

it('finds a report that differs from its other runs', () => {
  put('jobs/two/1/Report.csv', 'x,y');
  const told = [...completed('one', FILE), ...completed('two', 'jobs/two/1/Report.csv', 'x,y')];
  expect(check(told)).toEqual(['jobs/two/1/Report.csv differs from other runs of the same report']);
});

it('finds files that retention should have removed, and misses none of those that it has', () => {
  const expired = [...completed('one', FILE), ['job-one', 'OutputExpired', {}, AT] as const];
  expect(check(expired)).toEqual([`${FILE} belongs to no completed job`]);
  rmSync(join(root, FILE));
  expect(check(expired)).toEqual([]);
});

const ABANDONED: readonly (readonly [string, readonly Told[]])[] = [
  ['another attempt follows', [started(1), started(2)]],
  [
    'the job expires',
    [started(1), ['job-one', 'JobAttemptLost', { attempt: 1 }, AT], ['job-one', 'JobExpired', {}, AT]],
  ],
  ['the job fails', [started(1), ['job-one', 'JobFailed', { attempt: 1 }, AT]]],
];

function started(attempt: number): Told {
  return ['job-one', 'JobStarted', { attempt }, AT];
}

it.each(ABANDONED)('finds what an attempt left that came to nothing, once the sweeper was there: %s', (_, told) => {
  expect(check(told, false)).toEqual([]);
  expect(check(told)).toEqual([`${FILE} belongs to no completed job`]);
});

it('finds a draft of a file once the sweeper was there', () => {
  put('.uploads/draft', 'a');
  expect(check(completed('one', FILE), false)).toEqual([]);
  expect(check(completed('one', FILE))).toEqual(['.uploads/draft belongs to no completed job']);
});

it('finds a file that nobody will remove', () => {
  const orphan = [`${FILE} belongs to no completed job`];
  expect(check([started(1)], false)).toEqual(orphan);
  expect(check(completed('one', 'jobs/one/1/Other.csv'), false)).toContain(orphan[0]);
});

it('knows what retention is about to remove', () => {
  const told = completed('one', FILE);
  expect(hasFilesUntil(recorded(...told), new Date(EXPIRES_AT))).toBe(true);
  expect(hasFilesUntil(recorded(...told), new Date(AT))).toBe(false);
  expect(hasFilesUntil(recorded(...told, ['job-one', 'OutputExpired', {}, AT]), new Date(EXPIRES_AT))).toBe(false);
});
