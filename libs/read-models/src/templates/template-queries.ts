import type { Pool } from '#database';
import {
  currentDefinition,
  type OutputFormat,
  type RetryPolicy,
  type ShareLevel,
  type TemplateDefinition,
} from '#domain';
import { containing, Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import { onlyVisibleTemplates, type Viewer } from '../query/visibility';

export interface TemplateSummary {
  readonly templateId: string;
  readonly owner: string;
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly datasetId: string;
  readonly outputFormat: OutputFormat;
  readonly status: 'active' | 'archived';
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly copiedFrom: string | null;
  /** What lets the viewer see it. */
  readonly access: 'owner' | 'admin' | ShareLevel;
}

export interface TemplateView extends TemplateSummary {
  readonly definition: TemplateDefinition;
  /** What follows failed attempts of its jobs; null: the system's own policy. */
  readonly retryPolicy: RetryPolicy | null;
  readonly shares: readonly { readonly userId: string; readonly level: ShareLevel }[];
}

export interface TemplateFilter extends PageRequest {
  readonly viewer: Viewer;
  /** Part of the name or the description, in any case. */
  readonly search?: string | undefined;
  readonly tag?: string | undefined;
  readonly status?: TemplateSummary['status'] | undefined;
  readonly datasetId?: string | undefined;
}

export interface RevisionSummary {
  /** Of the template's stream: numbers of revisions grow, but other events lie between them. */
  readonly revision: number;
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  /** The older revision whose contents this one brought back. */
  readonly restoredRevision: number | null;
  readonly changedBy: string;
  readonly changedAt: string;
}

export interface RevisionView extends RevisionSummary {
  readonly definition: TemplateDefinition;
}

const NEWEST_FIRST: SortKey<TemplateSummary> = {
  list: 'templates',
  columns: [
    { sql: 't.created_at', kind: 'timestamptz', field: 'createdAt' },
    { sql: 't.template_id', kind: 'uuid', field: 'templateId' },
  ],
  direction: 'DESC',
};

const REVISION_COLUMNS = `r.revision, r.name, r.description, r.tags, r.restored_revision AS "restoredRevision",
  r.changed_by AS "changedBy", r.changed_at AS "changedAt"`;
const REVISIONS = `FROM read_model.template_revision r`;

const LATEST_FIRST: SortKey<RevisionSummary> = {
  list: 'revisions',
  columns: [{ sql: 'r.revision', kind: 'bigint', field: 'revision' }],
  direction: 'DESC',
};

/** Templates that the viewer owns, that are shared with them, or all for an administrator. */
export class TemplateQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The newest first, archived ones too unless a status is given. Throws `InvalidCursor`. */
  list({ viewer, search, tag, status, datasetId, ...page }: TemplateFilter): Promise<Page<TemplateSummary>> {
    const selection = new Selection();
    const select = selectTemplates(selection, viewer);
    onlyVisibleTemplates(selection, viewer, 't');
    selection.whereGiven(search, (text) => {
      const pattern = selection.bind(containing(text));
      return `t.name ILIKE ${pattern} OR t.description ILIKE ${pattern}`;
    });
    selection.whereGiven(tag, (value) => `t.tags @> ARRAY[${selection.bind(value)}::text]`);
    selection.whereGiven(status, (value) => `t.status = ${selection.bind(value)}`);
    selection.whereGiven(datasetId, (id) => `t.dataset_id = ${selection.bindId(id)}`);
    return selection.page(this.#pool, select, NEWEST_FIRST, page);
  }

  /** Null when there is no such template, or none that the viewer sees. */
  async get(viewer: Viewer, templateId: string): Promise<TemplateView | null> {
    const selection = new Selection();
    const select = selectTemplates(
      selection,
      viewer,
      `, t.definition, t.retry_policy AS "retryPolicy",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('userId', s.user_id, 'level', s.level) ORDER BY s.user_id), '[]')
        FROM read_model.template_share s WHERE s.template_id = t.template_id) AS shares`,
    );
    onlyVisibleTemplates(selection, viewer, 't');
    selection.where(`t.template_id = ${selection.bindId(templateId)}`);
    return upToDate((await selection.all<TemplateView>(this.#pool, select))[0]);
  }

  /** The latest first; empty for a template that the viewer does not see. Throws `InvalidCursor`. */
  revisions(viewer: Viewer, templateId: string, page: PageRequest): Promise<Page<RevisionSummary>> {
    const selection = new Selection();
    onlyVisibleTemplates(selection, viewer, 'r');
    selection.where(`r.template_id = ${selection.bindId(templateId)}`);
    return selection.page(this.#pool, `SELECT ${REVISION_COLUMNS} ${REVISIONS}`, LATEST_FIRST, page);
  }

  /** What the template said from this revision of its stream on; null when nothing was written at it. */
  async revision(viewer: Viewer, templateId: string, revision: number): Promise<RevisionView | null> {
    const selection = new Selection();
    onlyVisibleTemplates(selection, viewer, 'r');
    selection.where(`r.template_id = ${selection.bindId(templateId)}`);
    selection.where(`r.revision = ${selection.bind(revision)}::bigint`);
    const select = `SELECT ${REVISION_COLUMNS}, r.definition ${REVISIONS}`;
    return upToDate((await selection.all<RevisionView>(this.#pool, select))[0]);
  }
}

/** Rows keep definitions as their events had them. */
function upToDate<View extends { readonly definition: TemplateDefinition }>(view: View | undefined): View | null {
  return view === undefined ? null : { ...view, definition: currentDefinition(view.definition) };
}

function selectTemplates(selection: Selection, viewer: Viewer, more = ''): string {
  const user = selection.bind(viewer.userId);
  const otherwise = viewer.isAdmin
    ? `'admin'`
    : `(SELECT s.level FROM read_model.template_share s WHERE s.template_id = t.template_id AND s.user_id = ${user})`;
  return `
    SELECT t.template_id AS "templateId", t.owner, t.name, t.description, t.tags, t.dataset_id AS "datasetId",
           t.output_format AS "outputFormat", t.status, t.revision, t.created_at AS "createdAt",
           t.updated_at AS "updatedAt", t.copied_from AS "copiedFrom",
           CASE WHEN t.owner = ${user} THEN 'owner' ELSE ${otherwise} END AS access${more}
    FROM read_model.self_service_template t`;
}
