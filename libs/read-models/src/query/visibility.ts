import type { Pool } from '#database';
import type { Page, PageRequest, Selection, SortKey } from './selection';

/** Who asks. */
export interface Viewer {
  readonly userId: string;
  /** Administrators see everything. */
  readonly isAdmin: boolean;
}

/** Owned or shared. As an array made once, so that an index serves `= ANY`. */
function visibleTemplates(user: string): string {
  return `ARRAY(SELECT template_id FROM read_model.self_service_template WHERE owner = ${user}
                UNION SELECT template_id FROM read_model.template_share WHERE user_id = ${user})`;
}

/** Templates (as `alias`) that the viewer owns or that are shared with them. */
export function onlyVisibleTemplates(selection: Selection, viewer: Viewer, alias: string): void {
  if (viewer.isAdmin) return;
  selection.where(`${alias}.template_id = ANY (${visibleTemplates(selection.bind(viewer.userId))})`);
}

/** Schedules (as `alias`) that are the viewer's own or of a template that they see. */
export function onlyVisibleSchedules(selection: Selection, viewer: Viewer, alias: string): void {
  if (viewer.isAdmin) return;
  const user = selection.bind(viewer.userId);
  selection.where(`${alias}.owner = ${user} OR ${alias}.template_id = ANY (${visibleTemplates(user)})`);
}

/** Jobs (as `alias`) that are the viewer's own or of a template that they see. */
export function onlyVisibleJobs(selection: Selection, viewer: Viewer, alias: string): void {
  if (viewer.isAdmin) return;
  const user = selection.bind(viewer.userId);
  selection.where(`${alias}.user_id = ${user} OR ${alias}.template_id = ANY (${visibleTemplates(user)})`);
}

/** Where rows of people and templates lie. */
export interface OwnedRows {
  /** Schema and table. */
  readonly table: string;
  /** What the selection's conditions and the sort key call it. */
  readonly alias: string;
  /** Column with the person whose row it is. */
  readonly owner: string;
}

/**
 * A page of the rows that are the viewer's own or of a template that they see. Each template gives its first rows by its
 * own index, and so do the viewer's own: the time depends on what they see, not on how much there is. Only `columns` and
 * `joins` may name other tables than `rows`.
 */
export function pageOfVisible<Item>(
  pool: Pool,
  selection: Selection,
  viewer: Viewer,
  parts: { readonly columns: string; readonly rows: OwnedRows; readonly joins?: string },
  key: SortKey<Item>,
  page: PageRequest,
): Promise<Page<Item>> {
  const { columns, joins = '' } = parts;
  const { table, alias, owner } = parts.rows;
  if (viewer.isAdmin) return selection.page(pool, `SELECT ${columns} FROM ${table} ${alias} ${joins}`, key, page);
  const user = selection.bind(viewer.userId);
  const all = `SELECT ${alias}.* FROM ${table} ${alias}`;
  return selection.pageOfParts(
    pool,
    (top) => `
      SELECT ${columns} FROM (
        (${all} ${top(`${alias}.${owner} = ${user}`)})
        UNION ALL
        SELECT others.* FROM unnest(${visibleTemplates(user)}) AS seen (template_id)
        CROSS JOIN LATERAL (
          ${all} ${top(`${alias}.template_id = seen.template_id AND ${alias}.${owner} <> ${user}`)}
        ) AS others
      ) ${alias} ${joins}`,
    key,
    page,
  );
}

/** Audit entries (as `alias`) of templates, schedules, jobs, backfills, deliveries and bursts that the viewer sees. */
export function onlyVisibleStreams(selection: Selection, viewer: Viewer, alias: string): void {
  if (viewer.isAdmin) return;
  const user = selection.bind(viewer.userId);
  const templates = visibleTemplates(user);
  selection.where(
    `${alias}.stream_id IN (
       SELECT 'template-' || template_id FROM unnest(${templates}) AS t (template_id)
       UNION ALL
       SELECT k.kind || s.schedule_id FROM read_model.schedule s CROSS JOIN (VALUES ('schedule-'), ('deliveryplan-'), ('burstplan-')) k (kind)
       WHERE s.owner = ${user} OR s.template_id = ANY (${templates})
       UNION ALL
       SELECT k.kind || j.job_request_id FROM read_model.job_request j CROSS JOIN (VALUES ('job-'), ('burst-')) k (kind)
       WHERE j.user_id = ${user} OR j.template_id = ANY (${templates})
       UNION ALL
       SELECT 'backfill-' || b.backfill_id FROM read_model.backfill b
       WHERE b.owner = ${user} OR b.template_id = ANY (${templates})
       UNION ALL
       SELECT 'delivery-' || d.delivery_id FROM read_model.delivery d
       WHERE d.owner = ${user} OR d.template_id = ANY (${templates})
     )`,
  );
}
