import { randomUUID } from 'node:crypto';
import { streamOf } from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import type { ApiClient } from '../../deploy/demo/api-client';
import { byStream } from '../chaos/proof/streams';

/** Pause between two requests, milliseconds. */
const EVERY_MS = 200;
/** What an answer may take before it is asked for again under the same key, milliseconds. */
const PATIENCE_MS = 5000;

/**
 * A client that asks for one report after the other, and again under the same key until it has an answer, whatever breaks
 * meanwhile: each key must have led to one job.
 */
export class Load {
  readonly #api: ApiClient;
  readonly #templateId: string;
  readonly #jobs: string[] = [];
  readonly #progress = new Set<() => void>();
  #stopping = false;
  #running: Promise<void> | undefined;
  #retries = 0;

  constructor(api: ApiClient, templateId: string) {
    this.#api = api;
    this.#templateId = templateId;
  }

  /** Requests that had to be sent again. */
  get retries(): number {
    return this.#retries;
  }

  start(): void {
    this.#stopping = false;
    this.#running = this.#run();
  }

  /** Ends once the request at hand has its answer. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** Waits for so many further answers. */
  async answers(count: number): Promise<void> {
    const enough = this.#jobs.length + count;
    while (this.#jobs.length < enough) {
      await Promise.race([this.#running, new Promise<void>((resolve) => this.#progress.add(resolve))]);
    }
  }

  /** Which promises were broken: every answer names a job of its own that was requested, and there is no other job. */
  check(events: readonly RecordedEvent[]): readonly string[] {
    const violations: string[] = [];
    if (new Set(this.#jobs).size !== this.#jobs.length) violations.push('two requests were answered with the same job');
    const streams = byStream(events);
    const asked = new Set(this.#jobs.map((jobId) => streamOf('job', jobId)));
    for (const streamId of asked)
      if (!streams.has(streamId)) violations.push(`${streamId} was promised and is not there`);
    for (const [streamId, [first]] of streams) {
      const origin = (first?.data as { request?: { origin: string } }).request?.origin;
      if (origin === 'run_now' && !asked.has(streamId)) violations.push(`${streamId} was never asked for`);
    }
    return violations;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#jobs.push(await this.#request(randomUUID()));
      for (const resolve of this.#progress) resolve();
      this.#progress.clear();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  async #request(key: string): Promise<string> {
    for (;;) {
      const jobId = await this.#attempt(key);
      if (jobId !== null) return jobId;
      this.#retries += 1;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  /** Null when nobody answered, or that it cannot be done just now. Any other refusal is a broken promise. */
  async #attempt(key: string): Promise<string | null> {
    const path = `/v1/templates/${this.#templateId}/run`;
    const sent = this.#api.send<{ id: string }>('POST', path, {}, { 'idempotency-key': key });
    const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null));
    const answer = await Promise.race([sent.catch(() => null), late]);
    if (answer === null || answer.status >= 500 || answer.status === 409) return null;
    if (answer.status !== 202) throw new Error(`run gave ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }
}
