import type { Pool } from '#database';
import type { UserId } from '#domain';

/**
 * Owners of active schedules that read from a data source, and the administrators who may sign in. A row that is late leaves somebody out,
 * or tells somebody who no longer cares: no more.
 */
export async function peopleConcernedBy(pool: Pool, dataSource: string): Promise<readonly UserId[]> {
  const { rows } = await pool.query<{ user_id: string }>(
    `SELECT s.owner AS user_id
     FROM read_model.dataset d
     JOIN read_model.self_service_template t ON t.dataset_id = d.dataset_id
     JOIN read_model.schedule s ON s.template_id = t.template_id AND s.status = 'active'
     WHERE d.data_source = $1
     UNION
     SELECT user_id::text FROM access.user_account WHERE role = 'admin' AND disabled_at IS NULL
     ORDER BY user_id`,
    [dataSource],
  );
  return rows.map(({ user_id }) => user_id);
}
