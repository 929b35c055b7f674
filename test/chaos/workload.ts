import { Client } from 'pg';
import { isEnded } from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import type { ApiClient } from '../../deploy/demo/api-client';
import type { EmbeddedPostgres } from '../../deploy/postgres';
import { withDatabase } from './own-cluster';
import { byStream, stateOf } from './proof/streams';
import { allEvents } from './system/database';

/** Rows of every report. */
export const ROWS = 2000;
const QUIET_WITHIN_MS = 180_000;

/** A reporting database with one table. */
export async function fillSource(source: EmbeddedPostgres): Promise<void> {
  const client = new Client({ connectionString: source.url('postgres') });
  await client.connect();
  await client.query(
    `CREATE TABLE measurement AS
     SELECT n AS id, 'sensor ' || n % 7 AS sensor, (n % 1000) / 10.0 AS value FROM generate_series(1, ${ROWS}) n`,
  );
  await client.end();
}

/** A dataset, a template, whose id it gives, and so many schedules that fire together every minute. */
export async function defineSchedules(api: ApiClient, count: number): Promise<string> {
  const dataset = await api.expectOk<{ id: string }>('POST', '/v1/datasets', {
    name: 'Measurements',
    dataSource: 'source',
    relation: { schema: 'public', name: 'measurement' },
  });
  const template = await api.expectOk<{ id: string }>('POST', '/v1/templates', {
    name: 'Measurements',
    definition: {
      datasetId: dataset.body.id,
      columns: [{ column: 'id' }, { column: 'sensor' }, { column: 'value' }],
    },
  });
  for (let number = 1; number <= count; number += 1) {
    await api.expectOk('POST', '/v1/schedules', {
      templateId: template.body.id,
      name: `Every minute, ${number}`,
      recurrence: { type: 'minutes', every: 1 },
      timeZone: 'UTC',
      catchUpMinutes: 10,
    });
  }
  return template.body.id;
}

export async function pauseSchedules(api: ApiClient): Promise<void> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { body: { items: { scheduleId: string }[]; nextCursor: string | null } } = await api.expectOk(
      'GET',
      `/v1/schedules?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    );
    for (const { scheduleId } of page.body.items) await api.expectOk('POST', `/v1/schedules/${scheduleId}/pause`, {});
    cursor = page.body.nextCursor;
  }
}

/** Waits until something is due or under way, so that a kill meets work. */
export async function untilBusy(dataDir: string): Promise<void> {
  await withDatabase(dataDir, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ busy: boolean }>(
        `SELECT EXISTS (SELECT FROM exporter.export_queue)
             OR EXISTS (SELECT FROM scheduler.due WHERE next_run_at <= now() + interval '300 milliseconds') AS busy`,
      );
      if (rows[0]?.busy) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

/** Waits for a moment far enough from the next full minute (milliseconds) to pause every schedule before it. */
export async function untilNothingIsDue(dataDir: string, distanceMs = 15_000): Promise<void> {
  await withDatabase(dataDir, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ quiet: boolean }>(
        `SELECT coalesce(min(next_run_at) > now() + $1 * interval '1 millisecond', false) AS quiet FROM scheduler.due`,
        [distanceMs],
      );
      if (rows[0]?.quiet) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });
}

/** All events, once every requested job has ended and the audit trail has all of them. */
export async function untilQuiet(dataDir: string): Promise<readonly RecordedEvent[]> {
  return withDatabase(dataDir, async (client) => {
    const giveUpAt = Date.now() + QUIET_WITHIN_MS;
    for (;;) {
      const events = await allEvents(client);
      const open = [...byStream(events)].filter(([streamId, history]) => {
        const state = streamId.startsWith('job-') ? stateOf(history) : null;
        return state && state.status !== 'skipped' && state.status !== 'absent' && !isEnded(state.status);
      });
      const { rows } = await client.query<{ behind: boolean }>(
        `SELECT position < $1 AS behind FROM event_feed.checkpoint WHERE group_name = 'audit-trail'`,
        [events.at(-1)?.position.toString() ?? '0'],
      );
      const caughtUp = rows.length === 1 && rows.every(({ behind }) => !behind);
      if ((open.length === 0 && caughtUp) || Date.now() > giveUpAt) return events;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });
}
