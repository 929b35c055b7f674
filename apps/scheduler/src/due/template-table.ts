import type { PoolClient } from '#database';
import type { RetryPolicy, TemplateDefinition, TemplateDetails, TemplateId } from '#domain';
import type { KnownTemplate } from '../projection/known-template';

interface TemplateRow {
  readonly template_id: string;
  readonly owner: string;
  readonly revision: number;
  readonly status: 'active' | 'archived';
  readonly details: TemplateDetails;
  readonly definition: TemplateDefinition;
  readonly retry_policy: RetryPolicy | null;
}

export async function loadTemplates(
  client: PoolClient,
  templateIds: readonly TemplateId[],
): Promise<Map<TemplateId, KnownTemplate>> {
  const { rows } = await client.query<TemplateRow>({
    name: 'load-scheduled-templates',
    text: `SELECT template_id, owner, revision, status, details, definition, retry_policy
           FROM scheduler.template WHERE template_id = ANY ($1)`,
    values: [templateIds],
  });
  return new Map(
    rows.map(({ template_id: templateId, revision, retry_policy: retryPolicy, ...state }) => [
      templateId,
      { state: { templateId, ...state, shares: {}, retryPolicy }, revision },
    ]),
  );
}

export async function saveTemplates(client: PoolClient, templates: readonly KnownTemplate[]): Promise<void> {
  await client.query({
    name: 'save-scheduled-templates',
    text: `INSERT INTO scheduler.template (template_id, owner, revision, status, details, definition, retry_policy)
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::jsonb[], $6::jsonb[], $7::jsonb[])
           ON CONFLICT (template_id) DO UPDATE
           SET owner = EXCLUDED.owner, revision = EXCLUDED.revision, status = EXCLUDED.status, details = EXCLUDED.details,
               definition = EXCLUDED.definition, retry_policy = EXCLUDED.retry_policy`,
    values: [
      templates.map(({ state }) => state.templateId),
      templates.map(({ state }) => state.owner),
      templates.map(({ revision }) => revision),
      templates.map(({ state }) => state.status),
      templates.map(({ state }) => JSON.stringify(state.details)),
      templates.map(({ state }) => JSON.stringify(state.definition)),
      templates.map(({ state }) => state.retryPolicy && JSON.stringify(state.retryPolicy)),
    ],
  });
}
