import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { ApiClient } from '../../../deploy/demo/api-client';
import type { Cleanup } from '../harness/cleanup';
import { SELECT } from './product-server';

interface RunNow {
  readonly jobId: string;
  /** When the request was sent, in milliseconds since 1970. */
  readonly sentAt: number;
  /** Until a client that follows the job has heard that it is completed, in milliseconds. */
  readonly seenMs: number;
}

/** Milliseconds since 1970 with fractions, to be set against the database's clock, which is this machine's. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Asks for a report as a browser does, and follows its job to the end. */
export async function runNow(api: ApiClient, templateId: string): Promise<RunNow> {
  const sentAt = now();
  const { body, headers } = await api.expectOk<{ id: string }>('POST', `/v1/templates/${templateId}/run`, {});
  const position = headers.get('x-stream-position');
  const events = await api.raw('GET', `/v1/job-requests/${body.id}/events`, undefined, {
    ...(position !== null && { 'x-wait-for': position }),
  });
  for await (const status of statusesOf(events)) {
    if (status === 'completed') return { jobId: body.id, sentAt, seenMs: now() - sentAt };
    if (status !== 'requested' && status !== 'running') throw new Error(`the report ended as ${status}`);
  }
  throw new Error(`the events of job ${body.id} ended before the job did (${events.status})`);
}

/** The statuses that a stream of server-sent events tells of. */
export async function* statusesOf(answer: Response): AsyncGenerator<string> {
  let waiting = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    waiting += decoder.decode(chunk as Uint8Array, { stream: true });
    const messages = waiting.split('\n\n');
    waiting = messages.pop() ?? '';
    for (const message of messages) {
      if (!/^event: status$/m.test(message)) continue;
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (data !== undefined) yield (JSON.parse(data) as { status: string }).status;
    }
  }
}

/** Milliseconds from each request to the moment at which the store recorded that the file is complete. */
export async function completionTimes(productUrl: string, runs: readonly RunNow[]): Promise<readonly number[]> {
  const client = new Client({ connectionString: productUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ stream: string; at: number }>(
      `SELECT stream_id AS stream, (extract(epoch FROM recorded_at) * 1000)::float8 AS at
       FROM event_store.event WHERE type = 'JobCompleted' AND stream_id = ANY ($1)`,
      [runs.map(({ jobId }) => `job-${jobId}`)],
    );
    const completed = new Map(rows.map(({ stream, at }) => [stream, at]));
    return runs.map(({ jobId, sentAt }) => {
      const at = completed.get(`job-${jobId}`);
      if (at === undefined) throw new Error(`job ${jobId} is said to be completed, but no event says so`);
      return at - sentAt;
    });
  } finally {
    await client.end();
  }
}

/** What no product can do without: the same query by COPY on an open connection, into a file that is flushed. */
export class DirectCopy {
  private constructor(
    private readonly client: Client,
    private readonly path: string,
  ) {}

  static async open(reportingUrl: string, folder: string, cleanup: Cleanup): Promise<DirectCopy> {
    const client = new Client({ connectionString: reportingUrl });
    await client.connect();
    cleanup.add('the direct connection', () => client.end());
    return new DirectCopy(client, join(folder, 'direct.csv'));
  }

  /** Milliseconds. */
  async measure(): Promise<number> {
    const started = performance.now();
    const rows = this.client.query(copyTo(`COPY (${SELECT}) TO STDOUT WITH (FORMAT csv, HEADER)`));
    await pipeline(rows, createWriteStream(this.path, { flush: true }));
    return performance.now() - started;
  }
}
