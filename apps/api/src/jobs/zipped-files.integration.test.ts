import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Response } from 'supertest';
import { streamOf, type JobEvent, type JobOutput, type OutputFile } from '#domain';
import { jobOutput } from '#domain/testing';
import { STORE_SOURCE, toNewEvents } from '#event-sourcing';
import { DiskFileStore } from '#file-store';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

let world: ApiWorld;
let template: Made;
let job: Made;

beforeAll(async () => {
  world = await startApiWorld();
  const dataset = await registerFlights(world);
  template = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
});
beforeEach(async () => {
  job = made(await anna().post(`/v1/templates/${template.id}/run`, {}).expect(202));
});
afterAll(() => world.close());

const anna = () => as(world, world.anna);
const now = () => new Date().toISOString();
const code = ({ body }: Response) => (body as { code: string }).code;
const zipOf = () => `/v1/job-requests/${job.id}/files.zip`;
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

const TEXT = { name: 'Späte Flüge "50%"; 2026.csv', format: 'csv', mediaType: 'text/csv; charset=utf-8' } as const;
const PARQUET = { name: 'größer.parquet', format: 'parquet', mediaType: 'application/vnd.apache.parquet' } as const;

/** What a worker records that has written these files. */
async function complete(...files: readonly (readonly [typeof TEXT | typeof PARQUET, Buffer])[]): Promise<void> {
  const stored: OutputFile[] = [];
  for (const [index, [type, content]] of files.entries()) {
    const key = `jobs/${job.id}/1/${index + 1}`;
    const upload = await world.parts.fileStore.create(key);
    upload.stream.write(content);
    await upload.commit();
    stored.push({ ...type, key, rows: 1, bytes: content.length, sha256: sha256(content), sheets: [] });
  }
  await happens(jobOutput({ files: stored, rows: stored.length, withheld: stored.length > 0 ? null : 'no_rows' }));
}

async function happens(output: JobOutput): Promise<void> {
  const events: JobEvent[] = [
    { type: 'JobStarted', jobId: job.id, attempt: 1, worker: 'w', at: now() },
    { type: 'JobCompleted', jobId: job.id, attempt: 1, output, outputExpiresAt: now(), at: now() },
  ];
  const context = { correlationId: 'test', causationId: null, actor: 'system:exporter', traceparent: null };
  const outcome = await world.parts.eventStore.append({
    ...{ streamId: streamOf('job', job.id), expected: 'any' },
    events: toNewEvents(events, { ...context, commandId: crypto.randomUUID() }),
  });
  if (!outcome.ok) throw new Error('not stored');
  expect(await world.parts.progress.reached('read-models', STORE_SOURCE, outcome.position, 10_000)).toBe(true);
}

async function downloads() {
  const events = await world.parts.eventStore.readStream(`access-${world.anna.userId}-${now().slice(0, 10)}`);
  return events.filter(({ type }) => type === 'FileDownloaded').map(({ data }) => data);
}

const get = (signal?: AbortSignal) =>
  fetch(`${world.url}${zipOf()}`, {
    headers: { authorization: `Bearer ${world.anna.token}` },
    ...(signal && { signal }),
  });

async function zipped(): Promise<{ readonly headers: Headers; readonly bytes: Buffer }> {
  const response = await get();
  expect(response.status).toBe(200);
  return { headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

const PYTHON = `
import hashlib, io, json, sys, zipfile
z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
print(json.dumps({
  "manifest": z.read("manifest.json").decode(),
  "entries": {i.filename: [i.compress_type, hashlib.sha256(z.read(i)).hexdigest()] for i in z.infolist()}}))`;
const DEFLATED = 8;
const STORED = 0;

/** What Python's zipfile reads, which checks every sum. */
function contentOf(bytes: Buffer) {
  const said = execFileSync('python3', ['-c', PYTHON], { input: bytes, encoding: 'utf8' });
  return JSON.parse(said) as { manifest: string; entries: Record<string, [method: number, sha256: string]> };
}

describe('all files of a job as one ZIP file', () => {
  it('has each under its name, and a manifest', async () => {
    const text = Buffer.alloc(200_000, 'Origin,Minutes late\r\n');
    const parquet = randomBytes(200_000);
    await complete([TEXT, text], [PARQUET, parquet]);
    const before = (await downloads()).length;
    const { headers, bytes } = await zipped();
    expect(headers.get('content-type')).toBe('application/zip');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="Late flights_\d{4}-\d\d-\d\dT\d{4}\.zip"; /,
    );
    const { entries, manifest } = contentOf(bytes);
    expect(entries).toEqual({
      'manifest.json': [DEFLATED, expect.any(String)],
      [TEXT.name]: [DEFLATED, sha256(text)],
      [PARQUET.name]: [STORED, sha256(parquet)],
    });
    expect(JSON.parse(manifest)).toMatchObject({
      ...{ jobRequestId: job.id, templateName: 'Late flights', rows: 2, truncated: false },
      files: [
        { ...TEXT, rows: 1, bytes: text.length, sha256: sha256(text) },
        { ...PARQUET, rows: 1, bytes: parquet.length, sha256: sha256(parquet) },
      ],
    });
    expect(manifest).not.toContain('"key"');
    expect((await downloads()).slice(before)).toMatchObject([
      { userId: world.anna.userId, jobId: job.id, fileKey: `jobs/${job.id}/1/1`, bytes: text.length },
      { userId: world.anna.userId, jobId: job.id, fileKey: `jobs/${job.id}/1/2`, bytes: parquet.length },
    ]);
  });

  it('is there for one file too, and recorded only when it is read', async () => {
    await complete([TEXT, Buffer.from('a\r\n')]);
    const before = (await downloads()).length;
    await world.http.head(zipOf()).set('Authorization', `Bearer ${world.anna.token}`).expect(200);
    expect(await downloads()).toHaveLength(before);
    expect(Object.keys(contentOf((await zipped()).bytes).entries)).toEqual(['manifest.json', TEXT.name]);
    expect(await downloads()).toHaveLength(before + 1);
  });

  it('does not happen when it cannot be recorded', async () => {
    await complete([TEXT, Buffer.from('a\r\n')]);
    const open = jest.spyOn(world.parts.fileStore, 'read');
    const append = jest.spyOn(world.parts.eventStore, 'append').mockRejectedValueOnce(new Error('no store'));
    const response = await anna().get(zipOf()).expect(503);
    append.mockRestore();
    expect(code(response)).toBe('access.not_recorded');
    expect(response.headers['content-disposition']).toBeUndefined();
    expect(open).not.toHaveBeenCalled();
    open.mockRestore();
  });

  it('is not there before the job has completed, for others, or when a file is gone', async () => {
    expect(code(await anna().get(zipOf()).expect(409))).toBe('output.not_ready');
    await complete([TEXT, Buffer.from('a\r\n')]);
    expect(code(await as(world, world.ben).get(zipOf()).expect(404))).toBe('job.missing');
    await world.http.get(zipOf()).expect(401);
    await world.parts.fileStore.removeFolder(`jobs/${job.id}`);
    expect(code(await anna().get(zipOf()).expect(410))).toBe('output.expired');
  });

  it('is not there for a job that left no file', async () => {
    await complete();
    expect(code(await anna().get(zipOf()).expect(404))).toBe('output.file_missing');
  });

  it('breaks off, and does not look whole, when a file cannot be read', async () => {
    await complete([TEXT, randomBytes(1_000_000)], [PARQUET, randomBytes(10)]);
    const { fileStore } = world.parts;
    const open = jest.spyOn(fileStore, 'read').mockImplementation((key) => {
      if (key.endsWith('/2')) return Promise.reject(new Error('a disk that dies'));
      return DiskFileStore.prototype.read.call(fileStore, key);
    });
    await expect((await get()).arrayBuffer()).rejects.toThrow();
    open.mockRestore();
  });

  it('frees everything when the caller goes away', async () => {
    await complete([PARQUET, randomBytes(64 * 1024 * 1024)]);
    world.log.length = 0;
    const { fileStore } = world.parts;
    const opened: Readable[] = [];
    const open = jest.spyOn(fileStore, 'read').mockImplementation(async (key) => {
      const stream = await DiskFileStore.prototype.read.call(fileStore, key);
      opened.push(stream);
      return stream;
    });
    const controller = new AbortController();
    const { body } = await get(controller.signal);
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    // Beyond the manifest, and far from the end.
    for (let bytes = 0; bytes < 1024 * 1024;) bytes += (await reader.read()).value?.length ?? 0;
    controller.abort();
    while (opened.some(({ closed }) => !closed)) await new Promise((resolve) => setImmediate(resolve));
    expect(opened.map(({ readableEnded }) => readableEnded)).toEqual([false]);
    expect(world.log.filter(({ level }) => level === 50)).toEqual([]);
    open.mockRestore();
  });
});
