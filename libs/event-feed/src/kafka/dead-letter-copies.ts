import type { Kafka } from 'kafkajs';
import { transaction, type Pool } from '#database';
import type { EventRecord, EventRecords, EventStore } from '#event-sourcing';
import type { Logger } from '#platform';
import { recordOf, type RecordColumns } from '../parking/record-columns';

const AT_A_TIME = 100;

export interface DeadLetterCopiesParts {
  readonly kafka: Kafka;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly records: EventRecords;
  readonly topic: string;
  readonly logger: Logger;
}

interface Row extends RecordColumns {
  readonly parked_id: string;
  readonly group_name: string;
  readonly stream_id: string | null;
  readonly position: string | null;
  readonly record_offset: string | null;
  readonly error_code: string;
  readonly error_message: string;
  readonly parked_at: Date;
}

/** Copies parked events to the dead-letter topic, after they are stored as parked and at least once. */
export class DeadLetterCopies {
  readonly #parts: DeadLetterCopiesParts;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: DeadLetterCopiesParts) {
    this.#parts = parts;
  }

  /** Copies what the group has parked and nobody has copied. A failure is logged: the next call tries again. */
  copy(group: string): Promise<void> {
    this.#running = this.#running.then(async () => {
      try {
        while ((await this.#copySome(group)) === AT_A_TIME);
      } catch (error) {
        this.#parts.logger.warn({ err: error, group }, 'parked events not copied to the dead-letter topic yet');
      }
    });
    return this.#running;
  }

  /** Returns once no copying is under way. */
  settled(): Promise<void> {
    return this.#running;
  }

  /** How many were copied. */
  async #copySome(group: string): Promise<number> {
    const { kafka, pool, topic } = this.#parts;
    return transaction(pool, async (client) => {
      const { rows } = await client.query<Row>(
        `SELECT * FROM event_feed.parked_event WHERE group_name = $1 AND copied_at IS NULL
         ORDER BY parked_id LIMIT ${AT_A_TIME} FOR UPDATE SKIP LOCKED`,
        [group],
      );
      if (rows.length === 0) return 0;
      const messages = await Promise.all(rows.map((row) => this.#messageOf(row)));
      const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
      await producer.connect();
      try {
        await producer.send({ topic, messages, acks: -1 });
      } finally {
        await producer.disconnect();
      }
      await client.query(
        'UPDATE event_feed.parked_event SET copied_at = clock_timestamp() WHERE parked_id = ANY ($1)',
        [rows.map((row) => row.parked_id)],
      );
      return rows.length;
    });
  }

  async #messageOf(row: Row): Promise<Pick<EventRecord, 'value'> & { key: Buffer | string | null; headers: Headers }> {
    const { key, value, headers } = recordOf(row) ?? (await this.#encoded(row));
    return {
      key,
      // A record without a value would be taken for a deletion.
      value: value ?? Buffer.alloc(0),
      headers: {
        ...(headers as Headers),
        'dead-letter-group': row.group_name,
        'dead-letter-source': row.source,
        'dead-letter-offset': row.record_offset ?? '',
        'dead-letter-error-code': row.error_code,
        'dead-letter-error-message': row.error_message,
        'dead-letter-parked-at': row.parked_at.toISOString(),
      },
    };
  }

  async #encoded({ stream_id, position }: Row): Promise<EventRecord> {
    const { store, records } = this.#parts;
    const history = stream_id === null ? [] : await store.readStream(stream_id);
    const event = history.find((one) => one.position.toString() === position);
    if (!event) throw new Error(`the store has no event at position ${position} in ${stream_id}`);
    return records.encode(event);
  }
}

type Headers = Record<string, Buffer | string | (Buffer | string)[]>;
