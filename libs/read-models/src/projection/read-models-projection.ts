import type { Pool } from '#database';
import { loadCheckpoint } from '#event-feed';
import type { Checkpoint, FeedBatch, FeedSource, RecordedEvent } from '#event-sourcing';
import { CALENDAR_EVENTS, calendarStatements } from '../calendars/calendar-projection';
import { BACKFILL_EVENTS, backfillStatements } from '../backfills/backfill-projection';
import { CIRCUIT_EVENTS, circuitStatements } from '../circuits/circuit-projection';
import { DATA_SOURCE_EVENTS, dataSourceStatements } from '../data-sources/data-source-projection';
import { DATASET_EVENTS, datasetStatements } from '../datasets/dataset-projection';
import { DELIVERY_EVENTS, deliveryStatements } from '../deliveries/delivery-projection';
import { DESTINATION_EVENTS, destinationStatements } from '../destinations/destination-projection';
import { JOB_EVENTS, jobStatements } from '../jobs/job-projection';
import { SCHEDULE_EVENTS, scheduleStatements } from '../schedules/schedule-projection';
import { TEMPLATE_EVENTS, templateStatements } from '../templates/template-projection';
import { applyBatch, runAll } from './apply-batch';
import type { Statement } from './table';

/** The group of instances that maintain every read model but the audit trail. */
export const READ_MODELS_GROUP = 'read-models';
/** The schema that queries read. A rebuild writes another one beside it. */
export const READ_MODEL_SCHEMA = 'read_model';

const PROJECTIONS = [
  { types: DATA_SOURCE_EVENTS, statements: dataSourceStatements },
  { types: DATASET_EVENTS, statements: datasetStatements },
  { types: CALENDAR_EVENTS, statements: calendarStatements },
  { types: TEMPLATE_EVENTS, statements: templateStatements },
  { types: SCHEDULE_EVENTS, statements: scheduleStatements },
  { types: JOB_EVENTS, statements: jobStatements },
  { types: BACKFILL_EVENTS, statements: backfillStatements },
  { types: CIRCUIT_EVENTS, statements: circuitStatements },
  { types: DESTINATION_EVENTS, statements: destinationStatements },
  { types: DELIVERY_EVENTS, statements: deliveryStatements },
] as const;

/** Which projection an event type belongs to, by its place. */
const PLACE_OF_TYPE: ReadonlyMap<string, number> = new Map(
  PROJECTIONS.flatMap(({ types }, place) => Object.keys(types).map((type) => [type, place] as const)),
);

export interface ProjectionOptions {
  /** Schema of the tables; default `read_model`. */
  readonly schema?: string;
  /** Name under which the checkpoint is kept; default the projection's own group. */
  readonly group?: string;
}

/**
 * Templates, schedules, calendars, jobs, mappings, backfills, datasets, data sources, their circuits, destinations and deliveries as tables. Each batch is a few
 * set-based statements in the transaction that moves the checkpoint; repeats and any order between streams lead to the same rows. It takes every event, since nearly
 * all are its own, and can so share what is read with others.
 */
export class ReadModelsProjection {
  readonly group: string;
  /** Events. Many, because a backlog's events of one stream then fold into one write of its row. */
  readonly batchSize = 4000;
  /** A row that cannot be written is shown late, not all rows. */
  readonly parks = true;
  readonly #pool: Pool;
  readonly #schema: string;

  constructor(pool: Pool, { schema = READ_MODEL_SCHEMA, group = READ_MODELS_GROUP }: ProjectionOptions = {}) {
    this.#pool = pool;
    this.#schema = schema;
    this.group = group;
  }

  load(source: FeedSource): Promise<Checkpoint | null> {
    return loadCheckpoint(this.#pool, this.group, source);
  }

  async handle(batch: FeedBatch): Promise<void> {
    const statements = statementsOf(this.#schema, batch.events);
    await applyBatch(this.#pool, this.group, batch, (client) => runAll(client, statements));
  }
}

/** What a batch does to all read models, in the order in which it must run. Events of other types are passed over. */
export function statementsOf(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const sorted: RecordedEvent[][] = PROJECTIONS.map(() => []);
  for (const event of events) {
    const place = PLACE_OF_TYPE.get(event.type);
    if (place !== undefined) sorted[place]?.push(event);
  }
  return PROJECTIONS.flatMap(({ statements }, place) => statements(schema, sorted[place] ?? []));
}
