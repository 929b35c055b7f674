import { createPool, NotificationListener, type Pool } from '#database';
import type { RecordedEvent } from '#event-sourcing';
import { PostgresEventStore } from '#event-store';
import { AuditTrailProjection } from '../audit/audit-trail-projection';
import { ReadModelsProjection } from '../projection/read-models-projection';
import { applyAll } from './apply';

export interface FilledDatabase {
  readonly pool: Pool;
  close(): Promise<void>;
}

/** The read models that follow from the events, in the migrated database at the URL. */
export async function filledDatabase(url: string, events: readonly RecordedEvent[]): Promise<FilledDatabase> {
  const pool = createPool(url, { application: 'test', max: 5, onIdleError: () => undefined });
  const notifications = new NotificationListener(url, 'test');
  await applyAll(new ReadModelsProjection(pool), events, 1000);
  await applyAll(new AuditTrailProjection(pool, new PostgresEventStore(pool, notifications)), events, 1000);
  return {
    pool,
    close: async () => {
      await notifications.close();
      await pool.end();
    },
  };
}
