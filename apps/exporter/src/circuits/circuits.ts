import type { Pool } from '#database';
import {
  circuit,
  dataSourceIdOf,
  sourceVerdict,
  streamOf,
  toInstant,
  type CircuitCommand,
  type CircuitRules,
  type DatasetId,
  type JobId,
} from '#domain';
import { derivedId, execute, type EventStore } from '#event-sourcing';
import type { Logger } from '#platform';
import { CIRCUIT_CHANNEL, recordCircuits } from './circuit-table';

const ACTOR = 'system:exporter';

/** An attempt that has ended, as far as it tells of its data source. */
export interface EndedAttempt {
  readonly jobId: JobId;
  readonly attempt: number;
  readonly datasetId: DatasetId;
  /** Milliseconds since it began. */
  readonly elapsedMs: number;
  /** Null when it succeeded. */
  readonly failureCode: string | null;
}

export interface CircuitParts {
  readonly pool: Pool;
  readonly eventStore: EventStore;
  readonly rules: CircuitRules;
  readonly logger: Logger;
}

interface Noted {
  readonly data_source: string;
  readonly failures: number;
  readonly is_open: boolean;
  readonly now: Date;
}

/**
 * Notes what attempts tell of their data sources, and opens and closes their circuits. All times are those of the database, by which
 * claims go as well. What a process that is killed did not come to note is a failure less in the count, or a try that somebody
 * else makes again.
 */
export class Circuits {
  readonly #parts: CircuitParts;
  /** Datasets whose data sources failed last: only of these is it news when they answer. */
  #troubled: ReadonlySet<DatasetId> = new Set();
  #refreshed: Promise<void> = Promise.resolve();

  constructor(parts: CircuitParts) {
    this.#parts = parts;
  }

  /** Looks anew which data sources failed last; to be called whenever `CIRCUIT_CHANNEL` tells of a change. */
  refresh(): Promise<void> {
    // One after another: an earlier look must not have the last word.
    const refreshed = this.#refreshed.then(() => this.#look());
    this.#refreshed = refreshed.catch(() => undefined);
    return refreshed;
  }

  async #look(): Promise<void> {
    const { rows } = await this.#parts.pool.query<{ dataset_id: string }>(
      `SELECT d.dataset_id FROM exporter.circuit c JOIN exporter.dataset d USING (data_source)
       WHERE c.failures > 0 OR c.open_until IS NOT NULL`,
    );
    this.#troubled = new Set(rows.map(({ dataset_id: id }) => id));
  }

  /** Never throws: it is no job's business whether its result could be noted here. */
  async note(ended: EndedAttempt): Promise<void> {
    const verdict = ended.failureCode === null ? 'answer' : sourceVerdict(ended.failureCode);
    try {
      if (verdict === 'fault') {
        await this.#noteFault(ended, ended.failureCode ?? '');
        // The next job of this process may end before the change is heard of.
        await this.refresh();
      } else if (verdict === 'answer' && this.#troubled.has(ended.datasetId)) await this.#noteAnswer(ended);
    } catch (error) {
      const { jobId } = ended;
      this.#parts.logger.error({ err: error, jobId, code: 'exporter.circuit_failed' }, 'not noted of a data source');
    }
  }

  async #noteFault(ended: EndedAttempt, code: string): Promise<void> {
    const { rules, logger } = this.#parts;
    const noted = await this.#count(
      `INSERT INTO exporter.circuit AS c (data_source, failures)
       SELECT data_source, 1 FROM exporter.dataset WHERE dataset_id = $1
       ON CONFLICT (data_source) DO UPDATE SET failures = c.failures + 1`,
      ended,
    );
    if (!noted || (!noted.is_open && noted.failures < rules.failures)) return;
    const { data_source: dataSource, failures } = noted;
    const opened = await this.#execute(noted, ended, { type: 'NoteFailure', dataSource, code, failures, rules });
    if (opened) logger.warn({ dataSource, failures, code }, 'data source left alone');
  }

  async #noteAnswer(ended: EndedAttempt): Promise<void> {
    const noted = await this.#count(
      `UPDATE exporter.circuit AS c SET failures = 0 FROM exporter.dataset d
       WHERE d.dataset_id = $1 AND c.data_source = d.data_source`,
      ended,
    );
    if (!noted?.is_open) return;
    const closed = await this.#execute(noted, ended, { type: 'NoteAnswer' });
    if (closed) this.#parts.logger.info({ dataSource: noted.data_source }, 'data source answers again');
  }

  /** Null while it is not known what the dataset reads from. */
  async #count(change: string, { datasetId }: EndedAttempt): Promise<Noted | null> {
    const { rows } = await this.#parts.pool.query<Noted>(
      `WITH noted AS (${change} RETURNING c.data_source, c.failures, c.open_until IS NOT NULL AS is_open)
       SELECT noted.*, clock_timestamp() AS now, pg_notify('${CIRCUIT_CHANNEL}', '') FROM noted`,
      [datasetId],
    );
    return rows[0] ?? null;
  }

  /** True when it led to an event, which then counts at once. */
  async #execute(
    { data_source: dataSource, now }: Noted,
    { jobId, attempt, elapsedMs }: EndedAttempt,
    note: Note,
  ): Promise<boolean> {
    const { eventStore, pool } = this.#parts;
    const dataSourceId = dataSourceIdOf(dataSource);
    const times = { startedAt: toInstant(now.getTime() - elapsedMs), at: toInstant(now) };
    const command: CircuitCommand = { ...note, dataSourceId, ...times };
    const commandId = derivedId(dataSourceId, `${note.type} ${jobId} ${attempt}`);
    const context = { commandId, correlationId: commandId, causationId: null, actor: ACTOR, traceparent: null };
    const outcome = await execute(eventStore, circuit, {
      streamId: streamOf('circuit', dataSourceId),
      command,
      context,
    });
    if (outcome.kind !== 'done') throw new Error(`the circuit of ${dataSource} is ${outcome.kind}`);
    const [event] = outcome.events;
    if (event) await recordCircuits(pool, [{ event, revision: outcome.revision }]);
    return event !== undefined;
  }
}

type WithoutTimes<Command> = Command extends unknown ? Omit<Command, 'dataSourceId' | 'startedAt' | 'at'> : never;
type Note = WithoutTimes<Exclude<CircuitCommand, { type: 'CloseCircuit' }>>;
