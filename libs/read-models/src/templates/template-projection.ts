import type { RetryPolicy, TemplateDefinition, TemplateEvent } from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, putRows, type Statement, type Table } from '../projection/table';
import { ShareChanges } from './share-changes';

export interface TemplateRow {
  template_id: string;
  owner: string;
  name: string;
  description: string | null;
  tags: readonly string[];
  dataset_id: string;
  output_format: string;
  definition: TemplateDefinition;
  status: 'active' | 'archived';
  revision: number;
  created_at: string;
  updated_at: string;
  copied_from: string | null;
  retry_policy: RetryPolicy | null;
}

interface RevisionRow {
  template_id: string;
  revision: number;
  name: string;
  description: string | null;
  tags: readonly string[];
  definition: TemplateDefinition;
  restored_revision: number | null;
  changed_by: string;
  changed_at: string;
}

const TEMPLATES: Table<TemplateRow> = {
  name: 'self_service_template',
  key: ['template_id'],
  fixed: ['created_at', 'copied_from'],
  changing: [
    'owner',
    'name',
    'description',
    'tags',
    'dataset_id',
    'output_format',
    'definition',
    'status',
    'revision',
    'updated_at',
    'retry_policy',
  ],
  newer: NEWER_REVISION,
};

const REVISIONS: Table<RevisionRow> = {
  name: 'template_revision',
  key: ['template_id', 'revision'],
  fixed: ['name', 'description', 'tags', 'definition', 'restored_revision', 'changed_by', 'changed_at'],
  changing: [],
  newer: 'false',
};

export const TEMPLATE_EVENTS: Readonly<Record<TemplateEvent['type'], true>> = {
  TemplateCreated: true,
  TemplateRevised: true,
  TemplateArchived: true,
  TemplateRestored: true,
  TemplateShared: true,
  TemplateUnshared: true,
  TemplateTransferred: true,
  RetryPolicyChosen: true,
};

/** What a batch of template events does to self_service_template, template_revision and template_share. */
export function templateStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const templates = new StreamRows<TemplateRow>();
  const revisions: RevisionRow[] = [];
  const shares = new ShareChanges();
  for (const recorded of events) {
    const { revision } = recorded;
    const event = toDomainEvent<TemplateEvent>(recorded);
    const id = event.templateId;
    const change = { template_id: id, revision, updated_at: event.at };
    switch (event.type) {
      case 'TemplateCreated':
        templates.make(id, {
          ...change,
          ...contents(event),
          owner: event.owner,
          status: 'active',
          created_at: event.at,
          copied_from: event.copiedFrom,
          retry_policy: null,
        });
        revisions.push(revisionRow(event, revision, null, event.owner));
        break;
      case 'TemplateRevised':
        templates.change(id, { ...change, ...contents(event) });
        revisions.push(revisionRow(event, revision, event.restoredRevision, event.by));
        break;
      case 'TemplateArchived':
        templates.change(id, { ...change, status: 'archived' });
        break;
      case 'TemplateRestored':
        templates.change(id, { ...change, status: 'active' });
        break;
      case 'TemplateShared':
        templates.change(id, change);
        shares.set(id, event.with, event.level, revision);
        break;
      case 'TemplateUnshared':
        templates.change(id, change);
        shares.set(id, event.with, null, revision);
        break;
      case 'TemplateTransferred':
        templates.change(id, { ...change, owner: event.to });
        shares.set(id, event.to, null, revision);
        break;
      case 'RetryPolicyChosen':
        templates.change(id, { ...change, retry_policy: event.policy });
        break;
    }
  }
  return [
    // Before the templates, whose revision tells which changes of shares are news.
    ...shares.statements(schema),
    ...templates.statements(schema, TEMPLATES),
    ...(revisions.length > 0 ? [putRows(schema, REVISIONS, revisions)] : []),
  ];
}

type Written = Extract<TemplateEvent, { type: 'TemplateCreated' | 'TemplateRevised' }>;

function contents({ details, definition }: Written) {
  return {
    name: details.name,
    description: details.description,
    tags: details.tags,
    dataset_id: definition.datasetId,
    output_format: definition.output.format,
    definition,
  };
}

function revisionRow(event: Written, revision: number, restored: number | null, changedBy: string): RevisionRow {
  return {
    template_id: event.templateId,
    revision,
    name: event.details.name,
    description: event.details.description,
    tags: event.details.tags,
    definition: event.definition,
    restored_revision: restored,
    changed_by: changedBy,
    changed_at: event.at,
  };
}
