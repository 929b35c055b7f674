import type { Response } from 'express';
import type { JobProgress } from './job-views';

const HEARTBEAT_MS = 15_000;
/** Notifications come in bursts; a job is read at most this often. */
const REST_MS = 100;
/** Should a notification be lost. */
const LOOK_AGAIN_MS = 5000;

interface JobMoment {
  readonly revision: number;
  readonly ended: boolean;
  readonly progress: JobProgress | null;
  /** The job as an answer has it. */
  readonly body: unknown;
}

interface JobStreamOptions {
  /** Revision that a reconnecting client has seen. */
  readonly lastSeen: string | null;
  /** When the caller's right to follow ends. */
  readonly until: Date | null;
  now(): Date;
  read(): Promise<JobMoment>;
  onError(error: unknown): void;
}

/** One answer of server-sent events (WHATWG HTML, 9.2) about one job. */
export class JobStream {
  private ended = false;
  private woken = false;
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly response: Response,
    readonly jobId: string,
    private readonly options: JobStreamOptions,
  ) {
    response.once('close', () => this.end());
    // Writing to a connection that just broke is no error of ours.
    response.on('error', () => this.end());
  }

  wake(): void {
    this.woken = true;
    this.wakeUp();
  }

  end(): void {
    this.ended = true;
    this.wakeUp();
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const heartbeat = setInterval(() => this.write(':\n\n'), HEARTBEAT_MS);
    try {
      await this.tell();
    } catch (error) {
      this.options.onError(error);
    } finally {
      clearInterval(heartbeat);
      this.response.end();
    }
  }

  private async tell(): Promise<void> {
    let moment = await this.options.read();
    if (moment.ended && this.options.lastSeen === String(moment.revision)) {
      // A browser reconnects after every end; this tells it that there is nothing more to come.
      this.response.statusCode = 204;
      return;
    }
    this.begin();
    let revision = -1;
    let progress = '';
    while (!this.isOver()) {
      const news = moment.revision !== revision;
      const text = JSON.stringify(moment.progress);
      if (news) await this.send('status', moment.body, moment.revision);
      else if (moment.progress && text !== progress) await this.send('progress', moment.progress);
      if (moment.ended) return;
      ({ revision } = moment);
      progress = text;
      await this.pause(REST_MS, () => false);
      await this.pause(LOOK_AGAIN_MS, () => this.woken);
      this.woken = false;
      if (!this.isOver()) moment = await this.options.read();
    }
  }

  private begin(): void {
    this.response.statusCode = 200;
    this.response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    this.response.setHeader('Cache-Control', 'no-store');
    // Proxies that collect answers would hold the events back.
    this.response.setHeader('X-Accel-Buffering', 'no');
    this.response.flushHeaders();
  }

  private async send(event: string, data: unknown, id?: number): Promise<void> {
    const head = id === undefined ? '' : `id: ${id}\n`;
    const full = !this.write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!full || this.ended) return;
    await new Promise<void>((resolve) => {
      this.wakeUp = () => this.ended && resolve();
      this.response.once('drain', resolve);
    });
  }

  private write(text: string): boolean {
    return this.ended || !this.response.headersSent || this.response.write(text);
  }

  private isOver(): boolean {
    const { until } = this.options;
    return this.ended || (until !== null && until <= this.options.now());
  }

  private async pause(milliseconds: number, enough: () => boolean): Promise<void> {
    if (this.ended || enough()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wakeUp = () => {
        if (!this.ended && !enough()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
