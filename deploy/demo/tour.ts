import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiClient, Answer } from './api-client';
import type { Narrator } from './narrator';

interface AuditEntry {
  readonly position: string;
  readonly eventType: string;
  readonly streamId: string;
  readonly revision: number;
}

interface JobRequest {
  readonly jobRequestId: string;
  readonly status: string;
  readonly nominalTime: string;
  readonly batchTypeId: number;
  readonly rowCount: number | null;
  readonly jobInput: unknown;
  readonly jobOutput: { readonly files: readonly { readonly name: string; readonly sha256: string }[] } | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

const ENDED = ['completed', 'completed_with_warnings', 'failed', 'cancelled', 'expired'];

/** The files that the tour ends with. */
export interface TourFiles {
  readonly csv: string;
  readonly xlsx: string;
}

/** Walks the main job from template to file, telling each command, event and row. */
export class Tour {
  readonly #api: ApiClient;
  readonly #tell: Narrator;
  readonly #folder: string;
  /** Positions of the events told already. */
  readonly #told = new Set<string>();

  constructor(api: ApiClient, tell: Narrator, folder: string) {
    this.#api = api;
    this.#tell = tell;
    this.#folder = folder;
  }

  async walk(): Promise<TourFiles> {
    const datasetId = await this.#findFlights();
    const templateId = await this.#createTemplate(datasetId);
    const csv = await this.#runOnSchedule(templateId);
    const xlsx = await this.#runByHand(templateId, datasetId);
    this.#tell.step('6. Tidy up');
    await this.#command('POST', `/v1/templates/${templateId}/archive`, {}, `template-${templateId}`);
    return { csv, xlsx };
  }

  async #findFlights(): Promise<string> {
    this.#tell.step('1. A dataset: a table of a reporting database, opened for reports');
    this.#tell.command('GET', '/v1/datasets');
    const { body } = await this.#api.expectOk<{
      items: { datasetId: string; name: string; dataSource: string; columns: { name: string; type: string }[] }[];
    }>('GET', '/v1/datasets?limit=100');
    const flights = body.items.find(({ name }) => name === 'Flights');
    if (!flights)
      throw new Error('The sample dataset "Flights" is not there: start the server without SAMPLE_DATA=off.');
    this.#tell.row('dataset', {
      name: flights.name,
      data_source: flights.dataSource,
      columns: flights.columns.map(({ name, type }) => `${name} ${type}`).join(', '),
    });
    return flights.datasetId;
  }

  async #createTemplate(datasetId: string): Promise<string> {
    this.#tell.step('2. A template: columns, filters and format, checked as a whole');
    const wrong = {
      ...definition(datasetId),
      columns: [{ column: 'dleay' }, { column: 'date', dataType: 'boolean' }],
      sort: [],
    };
    this.#tell.command('POST', '/v1/templates/validate', { columns: wrong.columns });
    const check = await this.#api.expectOk<{ problems: { code: string; pointer: string; message: string }[] }>(
      'POST',
      '/v1/templates/validate',
      { definition: wrong },
    );
    for (const { code, pointer, message } of check.body.problems) {
      this.#tell.answer(check.status, `${code} at ${pointer}: ${message}`);
    }
    const body = { name: 'Long delays of last week', tags: ['demo'], definition: definition(datasetId) };
    const { body: created } = await this.#command<{ id: string }>('POST', '/v1/templates', body);
    const templateId = created.id;
    await this.#tellEvents(`template-${templateId}`);
    const { body: row } = await this.#api.expectOk<Record<string, unknown>>('GET', `/v1/templates/${templateId}`);
    this.#tell.row('self_service_template', { template_id: row.templateId, name: row.name, revision: row.revision });
    const preview = await this.#api.expectOk<{ columns: { header: string }[]; rows: (string | null)[][] }>(
      'POST',
      `/v1/templates/${templateId}/preview`,
      {},
    );
    this.#tell.say(`Preview: ${preview.body.columns.map(({ header }) => header).join(' | ')}`);
    for (const cells of preview.body.rows.slice(0, 2)) this.#tell.say(`         ${cells.join(' | ')}`);
    return templateId;
  }

  async #runOnSchedule(templateId: string): Promise<string> {
    this.#tell.step('3. A schedule: every minute, so that there is no long wait');
    const { body: schedule } = await this.#command<{ id: string }>('POST', '/v1/schedules', {
      templateId,
      name: 'Long delays, every minute',
      recurrence: { type: 'cron', expression: '* * * * *' },
      timeZone: 'Europe/Berlin',
    });
    const scheduleId = schedule.id;
    await this.#tellEvents(`schedule-${scheduleId}`);
    const due = await this.#until(async () => {
      const { body } = await this.#api.expectOk<Record<string, unknown>>('GET', `/v1/schedules/${scheduleId}`);
      return body.nextRunTime ? body : null;
    });
    this.#tell.row('self_service_schedule', {
      template_id: templateId,
      schedule_frequency: due.scheduleFrequency,
      next_run_time: due.nextRunTime,
      user_id: due.owner,
    });
    this.#tell.step('4. The occurrence: the scheduler requests the job, the exporter runs it');
    const requested = await this.#until(async () => {
      const { body } = await this.#api.expectOk<{ items: JobRequest[] }>(
        'GET',
        `/v1/job-requests?scheduleId=${scheduleId}&limit=1`,
      );
      return body.items[0] ?? null;
    });
    const file = await this.#follow(requested.jobRequestId, templateId);
    await this.#command('POST', `/v1/schedules/${scheduleId}/remove`, {}, `schedule-${scheduleId}`);
    return file;
  }

  async #runByHand(templateId: string, datasetId: string): Promise<string> {
    this.#tell.step('5. A revision of the template: the same report as XLSX, run by hand');
    const current = await this.#api.expectOk<{ name: string; tags: string[] }>('GET', `/v1/templates/${templateId}`);
    const etag = current.headers.get('etag') ?? '';
    this.#tell.say(`If-Match: ${etag}`);
    await this.#command(
      'PUT',
      `/v1/templates/${templateId}`,
      {
        name: current.body.name,
        tags: current.body.tags,
        definition: { ...definition(datasetId), output: { format: 'xlsx', sheetName: 'Delays' } },
      },
      `template-${templateId}`,
      { 'if-match': etag },
    );
    const { body: job } = await this.#command<{ id: string }>('POST', `/v1/templates/${templateId}/run`, {});
    return this.#follow(job.id, templateId);
  }

  /** Tells a job's events and rows until it has ended, then fetches its file. */
  async #follow(jobRequestId: string, templateId: string): Promise<string> {
    const job = await this.#until(async () => {
      await this.#tellEvents(`job-${jobRequestId}`);
      const { body } = await this.#api.expectOk<JobRequest>('GET', `/v1/job-requests/${jobRequestId}`);
      return ENDED.includes(body.status) ? body : null;
    });
    await this.#tellEvents(`job-${jobRequestId}`);
    this.#tell.row('job_request', {
      job_request_id: jobRequestId,
      batch_type_id: job.batchTypeId,
      status: job.status,
      nominal_time: job.nominalTime,
      job_input: job.jobInput,
      job_output: job.jobOutput,
    });
    const mapping = await this.#api.expectOk<{ items: { scheduleDate: string }[] }>(
      'GET',
      `/v1/mappings?jobRequestId=${jobRequestId}`,
    );
    this.#tell.row('template_job_mapping', {
      template_id: templateId,
      job_request_id: jobRequestId,
      schedule_date: mapping.body.items[0]?.scheduleDate,
    });
    const file = job.jobOutput?.files[0];
    if (!file) throw new Error(`The job ended as ${job.status}: ${job.failure?.message ?? 'no file was made'}`);
    return this.#download(jobRequestId, file.name);
  }

  async #download(jobRequestId: string, name: string): Promise<string> {
    const path = `/v1/job-requests/${jobRequestId}/files/${encodeURIComponent(name)}`;
    this.#tell.command('GET', path);
    const answer = await this.#api.raw('GET', path);
    if (!answer.ok || !answer.body) throw new Error(`The download gave ${answer.status}: ${await answer.text()}`);
    const target = join(this.#folder, name);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(target));
    this.#tell.answer(answer.status, `${answer.headers.get('content-length') ?? '?'} bytes → ${target}`);
    return target;
  }

  async #command<Body>(
    method: string,
    path: string,
    body: unknown,
    streamId?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<Body>> {
    this.#tell.command(method, path, body);
    const answer = await this.#api.expectOk<Body>(method, path, body, headers);
    this.#tell.answer(answer.status, `X-Stream-Position ${answer.headers.get('x-stream-position') ?? '-'}`);
    if (streamId !== undefined) await this.#tellEvents(streamId);
    return answer;
  }

  /** Tells a stream's events that were not told yet, from the audit trail. */
  async #tellEvents(streamId: string): Promise<void> {
    const fresh = await this.#until(async () => {
      const { body } = await this.#api.expectOk<{ items: AuditEntry[] }>(
        'GET',
        `/v1/audit?streamId=${streamId}&first=oldest`,
      );
      const news = body.items.filter(({ position }) => !this.#told.has(position));
      const knowsStream = body.items.length > 0;
      return news.length > 0 || (knowsStream && streamId.startsWith('job-')) ? news : null;
    });
    for (const entry of fresh) {
      this.#told.add(entry.position);
      this.#tell.event(entry);
    }
  }

  /** Asks again until there is an answer; a minute's schedule takes up to a minute. */
  async #until<Result>(ask: () => Promise<Result | null>): Promise<Result> {
    const giveUpAt = Date.now() + 120_000;
    for (;;) {
      const result = await ask();
      if (result !== null) return result;
      if (Date.now() > giveUpAt) throw new Error("Nothing happened for two minutes; the server's log may say why.");
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }
}

function definition(datasetId: string) {
  return {
    datasetId,
    columns: [
      { column: 'date', header: 'Departure' },
      { column: 'origin', header: 'From' },
      { column: 'destination', header: 'To' },
      { column: 'delay', header: 'Delay (min)' },
      { column: 'distance', header: 'Miles', format: '#,##0' },
    ],
    filter: {
      type: 'and',
      nodes: [
        {
          type: 'condition',
          column: 'date',
          operator: 'during',
          operands: [{ type: 'period', period: 'previous', unit: 'week', count: 1 }],
        },
        { type: 'condition', column: 'delay', operator: 'gte', value: 120 },
      ],
    },
    sort: [{ header: 'Delay (min)', direction: 'descending' }],
    output: { format: 'csv', retentionMinutes: 60 },
  };
}
