import { Client } from 'pg';
import type { EventMetadata, RecordedEvent } from '#event-sourcing';
import type { AuditRow } from '../proof/check-audit-trail';

export const DATABASE = 'report_scheduler';

/** Makes the product's database on an empty server. */
export async function createDatabase(url: string): Promise<void> {
  await withClient(url, (client) => client.query(`CREATE DATABASE ${DATABASE}`));
}

export async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Every event of the store, by position. */
export async function allEvents(client: Client): Promise<readonly RecordedEvent[]> {
  const { rows } = await client.query<{
    position: string;
    stream_id: string;
    revision: number;
    event_id: string;
    type: string;
    data: unknown;
    metadata: EventMetadata;
    recorded_at: Date;
  }>('SELECT * FROM event_store.event ORDER BY position');
  return rows.map((row) => ({
    ...{ id: row.event_id, type: row.type, data: row.data, metadata: row.metadata },
    ...{ streamId: row.stream_id, revision: row.revision, position: BigInt(row.position), recordedAt: row.recorded_at },
  }));
}

/** The audit trail, by position. */
export async function auditRows(client: Client): Promise<readonly AuditRow[]> {
  const { rows } = await client.query<Omit<AuditRow, 'position'> & { readonly position: string }>(
    `SELECT position, event_id AS "eventId", stream_id AS "streamId", revision, event_type AS type
     FROM read_model.audit_trail ORDER BY position`,
  );
  return rows.map((row) => ({ ...row, position: BigInt(row.position) }));
}
