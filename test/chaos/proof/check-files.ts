import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobEvent, JobRequest, OutputFile } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { byStream } from './streams';

export interface FilesOptions {
  /** Folder of the file store. */
  readonly root: string;
  /** How many rows a report has whose data never change. */
  readonly rowsOf: (request: JobRequest) => number;
  /** Whether the sweeper has been by since anything happened. Before, files of attempts that came to nothing may lie there. */
  readonly swept: boolean;
}

/**
 * Every completed job's files exist with the promised bytes and rows until their retention is over, runs of one report over
 * unchanged data are the same to the byte, and no other file is left. A sentence for each fault.
 */
export function checkFiles(events: readonly RecordedEvent[], { root, rowsOf, swept }: FilesOptions): readonly string[] {
  const violations: string[] = [];
  const promised = new Set<string>();
  const contents = new Map<string, string>();
  const jobs = new Map<string, readonly JobEvent[]>();
  for (const [streamId, history] of byStream(events)) {
    if (!streamId.startsWith('job-')) continue;
    const job = history.map((event) => toDomainEvent<JobEvent>(event));
    jobs.set(streamId.slice('job-'.length), job);
    const request = job.find((event) => event.type === 'JobRequested')?.request;
    const output = job.find((event) => event.type === 'JobCompleted')?.output;
    if (output === undefined || job.some(({ type }) => type === 'OutputExpired')) continue;
    for (const file of output.files) {
      promised.add(file.key);
      violations.push(...checkFile(root, file));
      if (request === undefined) continue;
      const rows = rowsOf(request);
      if (file.rows !== rows) violations.push(`${file.key} has ${file.rows} rows instead of ${rows}`);
      const content = contents.get(request.templateId ?? '') ?? file.sha256;
      contents.set(request.templateId ?? '', content);
      if (content !== file.sha256) violations.push(`${file.key} differs from other runs of the same report`);
    }
  }
  for (const key of filesBelow(root)) {
    if (promised.has(key) || (!swept && isForTheSweeper(key, jobs))) continue;
    violations.push(`${key} belongs to no completed job`);
  }
  return violations;
}

/** Whether retention will remove files until then: while they are checked they would vanish. */
export function hasFilesUntil(events: readonly RecordedEvent[], then: Date): boolean {
  return [...byStream(events)].some(([streamId, history]) => {
    const job = streamId.startsWith('job-') ? history.map((event) => toDomainEvent<JobEvent>(event)) : [];
    const completed = job.find((event) => event.type === 'JobCompleted');
    if (!completed || completed.output.files.length === 0) return false;
    return Date.parse(completed.outputExpiresAt) <= then.getTime() && !job.some(({ type }) => type === 'OutputExpired');
  });
}

function checkFile(root: string, { key, bytes, sha256 }: OutputFile): readonly string[] {
  const path = join(root, key);
  if (!existsSync(path)) return [`${key} is missing`];
  const content = readFileSync(path);
  const isPromised = content.length === bytes && createHash('sha256').update(content).digest('hex') === sha256;
  return isPromised ? [] : [`${key} does not have the promised bytes`];
}

/** The keys of all files, those on their way among them. */
function filesBelow(root: string): readonly string[] {
  const found = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [];
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** How a job ends without files, or loses them. */
const WITHOUT_FILES: readonly JobEvent['type'][] = ['JobFailed', 'JobCancelled', 'JobExpired', 'OutputExpired'];

/**
 * Whether a file is one of those that the sweeper removes: a worker was killed amid storing it or before it said so, and then
 * another attempt began, or the job ended without one.
 */
function isForTheSweeper(key: string, jobs: ReadonlyMap<string, readonly JobEvent[]>): boolean {
  const [folder, jobId = '', attempt] = key.split('/');
  if (folder === '.uploads') return true;
  return (jobs.get(jobId) ?? []).some(
    (event) => WITHOUT_FILES.includes(event.type) || (event.type === 'JobStarted' && event.attempt > Number(attempt)),
  );
}
