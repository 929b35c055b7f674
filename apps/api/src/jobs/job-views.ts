import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '#access';
import { currentOutcome, type OutputFile } from '#domain';
import { DeliveryQueries, JobQueries, type JobSummary, type JobView } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { expansionAnswer } from '../bursts/expansion-answer';
import { Permissions } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { deliveryAnswer } from '../deliveries/delivery-answer';
import { viewerOf } from '../http/queries';

export interface JobProgress {
  readonly rowsDone: number;
  readonly bytesDone: number;
  readonly at: string | null;
}

/** Reads jobs as their viewers may see them. */
@Injectable()
export class JobViews {
  readonly queries: JobQueries;
  private readonly deliveryQueries: DeliveryQueries;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
  ) {
    this.queries = new JobQueries(parts.pool);
    this.deliveryQueries = new DeliveryQueries(parts.pool);
  }

  /** Throws `job.missing` for what is not there and for what is not theirs. */
  async view(caller: Caller, jobId: string): Promise<JobView> {
    const read = () => this.queries.get(viewerOf(caller), jobId);
    const known = await read();
    if (known) return known;
    const loaded = await this.streams.job(jobId);
    await this.permissions.job(caller, loaded.state);
    return this.streams.whenProjected(loaded, read);
  }

  /** What is told of a single job beside its row. */
  async details(job: JobSummary) {
    const [progress, deliveries, expansion] = await Promise.all([
      this.progress(job),
      this.deliveryQueries.ofJob(job.jobRequestId),
      this.expansion(job),
    ]);
    return { progress, deliveries: deliveries.map(deliveryAnswer), expansion };
  }

  /** Hardly any job makes a list: of those that cannot, nothing is read. */
  private async expansion({ jobRequestId, origin, endedAt }: JobSummary) {
    if (origin !== 'schedule' || endedAt === null) return null;
    return expansionAnswer(jobRequestId, (await this.streams.burst(jobRequestId)).state);
  }

  /** How far a running export has got; null when none runs. */
  private async progress({ jobRequestId, status }: JobSummary): Promise<JobProgress | null> {
    if (status !== 'running') return null;
    const { rows } = await this.parts.pool.query<{ rows_done: string; bytes_done: string; progress_at: Date | null }>({
      name: 'job-progress',
      text: 'SELECT rows_done, bytes_done, progress_at FROM exporter.export_queue WHERE job_id = $1',
      values: [jobRequestId],
    });
    const row = rows[0];
    if (!row) return null;
    return {
      rowsDone: Number(row.rows_done),
      bytesDone: Number(row.bytes_done),
      at: row.progress_at?.toISOString() ?? null,
    };
  }
}

/** A job with links to its files in place of their keys in the store. */
export function jobAnswer<Job extends JobSummary>(job: Job) {
  const { jobOutput } = job;
  return {
    ...job,
    jobOutput: jobOutput && {
      ...currentOutcome(jobOutput),
      files: jobOutput.files.map((file) => linked(job, file)),
    },
  };
}

/** The answer's schema leaves the key out, which is the store's business. */
function linked({ jobRequestId }: JobSummary, file: OutputFile) {
  return { ...file, href: `/v1/job-requests/${jobRequestId}/files/${encodeURIComponent(file.name)}` };
}
