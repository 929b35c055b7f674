import { z } from 'zod';
import { DATA_TYPES, OUTPUT_FORMATS, PRIORITIES, SHARE_LEVELS } from '#domain';
import { changed, id, instant, page, paging, revisionNumber, timeZone, uuid, words } from '../http/fields';
import { operation } from '../http/operation';
import { definition, definitionInput } from './definition.schema';
import { parametersInput } from './parameters.schema';
import { retryPolicy, retryPolicyInput } from './retry-policy.schema';

const tag = 'Templates';
const templateId = z.strictObject({ templateId: id });

const details = {
  name: words(200),
  description: z.string().trim().max(2000).nullable().default(null),
  tags: z
    .array(words(50))
    .max(20)
    .default([])
    .transform((tags) => [...new Set(tags)]),
};

const templateInput = z.strictObject({ ...details, definition: definitionInput }).meta({ id: 'TemplateInput' });

const summary = {
  templateId: uuid,
  owner: uuid,
  name: z.string(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  datasetId: uuid,
  outputFormat: z.enum(OUTPUT_FORMATS),
  status: z.enum(['active', 'archived']),
  revision: z.int(),
  createdAt: instant,
  updatedAt: instant,
  copiedFrom: uuid.nullable(),
  access: z.enum(['owner', 'admin', ...SHARE_LEVELS]).describe('What lets you see it.'),
};

const templateSummary = z.object(summary).meta({ id: 'TemplateSummary' });
const template = z
  .object({
    ...summary,
    definition,
    retryPolicy: retryPolicy.nullable().describe("Null: the system's own policy."),
    shares: z.array(z.object({ userId: uuid, level: z.enum(SHARE_LEVELS) })),
  })
  .meta({ id: 'Template' });

const revisionSummary = {
  revision: z.int().describe("Of the template's stream: other events lie between revisions."),
  name: z.string(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  restoredRevision: z.int().nullable().describe('The older revision whose contents this one brought back.'),
  changedBy: uuid,
  changedAt: instant,
};

const difference = z
  .object({
    pointer: z.string().describe('JSON pointer into the newer text; into the older one where something was removed.'),
    change: z.enum(['added', 'removed', 'changed']),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  })
  .meta({ id: 'Difference' });

const definitionProblem = z
  .object({ code: z.string(), pointer: z.string(), message: z.string() })
  .meta({ id: 'DefinitionProblem' });

const preview = z
  .object({
    columns: z.array(z.object({ header: z.string(), dataType: z.enum(DATA_TYPES) })),
    rows: z.array(z.array(z.string().nullable())).describe('Values as a CSV file would hold them; NULL is null.'),
    truncated: z.boolean().describe('True when there are more rows.'),
  })
  .meta({ id: 'Preview' });

const previewZone = timeZone.default('UTC').describe('Zone in which relative dates and times of day count.');
const sourceProblems = [
  'template.invalid',
  'parameters.invalid',
  'data_source.unreachable',
  'data_source.timeout',
  'data_source.value_invalid',
  'data_source.unsupported',
  'data_source.failed',
  'access.not_recorded',
] as const;
const verb = {
  method: 'post',
  tag,
  params: templateId,
  command: true,
  ifMatch: 'honoured',
  response: changed,
} as const;

export const templateOperations = {
  create: operation({
    id: 'createTemplate',
    method: 'post',
    path: '/v1/templates',
    tag,
    summary: 'Create a template',
    description: 'Everything wrong with the definition is told at once, each with a JSON pointer and a stable code.',
    body: templateInput,
    status: 201,
    response: changed,
    command: true,
    problems: ['template.invalid'],
  }),
  list: operation({
    id: 'listTemplates',
    method: 'get',
    path: '/v1/templates',
    tag,
    summary: 'List the templates that are yours or shared with you, newest first',
    query: z.strictObject({
      ...paging,
      search: z.string().max(200).optional().describe('Part of the name or the description.'),
      tag: z.string().max(50).optional(),
      status: z.enum(['active', 'archived']).optional(),
      datasetId: id.optional(),
    }),
    response: page(templateSummary),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  get: operation({
    id: 'getTemplate',
    method: 'get',
    path: '/v1/templates/:templateId',
    tag,
    summary: 'Read a template',
    params: templateId,
    response: template,
    waits: 'read-models',
    problems: ['template.missing'],
  }),
  revise: operation({
    id: 'reviseTemplate',
    method: 'put',
    path: '/v1/templates/:templateId',
    tag,
    summary: 'Revise a template',
    params: templateId,
    body: templateInput,
    response: changed,
    command: true,
    ifMatch: 'required',
    problems: ['template.invalid', 'template.missing', 'template.archived'],
  }),
  chooseRetryPolicy: operation({
    id: 'chooseRetryPolicy',
    method: 'put',
    path: '/v1/templates/:templateId/retry-policy',
    tag,
    summary: "Decide what follows failed attempts of the template's jobs; null: the system's own policy",
    params: templateId,
    body: z.strictObject({ policy: retryPolicyInput.nullable() }).meta({ id: 'RetryPolicyChoice' }),
    response: changed,
    command: true,
    ifMatch: 'required',
    problems: ['template.missing'],
  }),
  archive: operation({
    ...verb,
    id: 'archiveTemplate',
    path: '/v1/templates/:templateId/archive',
    summary: 'Archive a template: it keeps its history, but neither it nor its schedules run',
    problems: ['template.missing'],
  }),
  restore: operation({
    ...verb,
    id: 'restoreTemplate',
    path: '/v1/templates/:templateId/restore',
    summary: 'Bring an archived template back',
    problems: ['template.missing'],
  }),
  share: operation({
    ...verb,
    id: 'shareTemplate',
    path: '/v1/templates/:templateId/share',
    summary: 'Share a template with a user',
    body: z
      .strictObject({ userId: id, level: z.enum(SHARE_LEVELS).describe('Each level contains the ones before it.') })
      .meta({ id: 'ShareInput' }),
    problems: ['template.missing', 'template.owner_needs_no_share', 'share.user_missing'],
  }),
  unshare: operation({
    ...verb,
    id: 'unshareTemplate',
    path: '/v1/templates/:templateId/unshare',
    summary: 'End a share',
    body: z.strictObject({ userId: id }).meta({ id: 'UnshareInput' }),
    problems: ['template.missing'],
  }),
  transfer: operation({
    ...verb,
    id: 'transferTemplate',
    path: '/v1/templates/:templateId/transfer',
    summary: 'Give a template to another owner',
    body: z.strictObject({ userId: id }).meta({ id: 'TransferInput' }),
    problems: ['template.missing', 'share.user_missing'],
  }),
  duplicate: operation({
    ...verb,
    id: 'duplicateTemplate',
    path: '/v1/templates/:templateId/duplicate',
    summary: 'Make a copy that is yours',
    ifMatch: 'ignored',
    body: z
      .strictObject({ name: words(200).optional().describe('Left out: the name with " (copy)" after it.') })
      .meta({ id: 'DuplicateInput' }),
    status: 201,
    problems: ['template.missing', 'template.invalid'],
  }),
  run: operation({
    ...verb,
    id: 'runTemplate',
    path: '/v1/templates/:templateId/run',
    summary: 'Run a template now: requests a job and answers with its id',
    ifMatch: 'ignored',
    body: z
      .strictObject({
        timeZone: previewZone,
        priority: z.enum(PRIORITIES).default('normal'),
        parameters: parametersInput,
      })
      .meta({ id: 'RunInput' }),
    status: 202,
    problems: [
      'template.missing',
      'template.archived',
      'template.invalid',
      'parameters.invalid',
      'priority.not_allowed',
    ],
  }),
  preview: operation({
    id: 'previewTemplate',
    method: 'post',
    path: '/v1/templates/:templateId/preview',
    tag,
    summary: 'See the first 50 rows of a template',
    params: templateId,
    body: z.strictObject({ timeZone: previewZone, parameters: parametersInput }).meta({ id: 'PreviewInput' }),
    response: preview,
    problems: ['template.missing', ...sourceProblems],
  }),
  validateUnsaved: operation({
    id: 'validateDefinition',
    method: 'post',
    path: '/v1/templates/validate',
    tag,
    summary: 'Check a definition against its dataset and the live table, without saving it',
    body: z.strictObject({ definition: definitionInput }).meta({ id: 'ValidateInput' }),
    response: z
      .object({ valid: z.boolean(), problems: z.array(definitionProblem), definition })
      .meta({ id: 'Validation', description: 'The problems, and the definition with its defaults filled in.' }),
  }),
  previewUnsaved: operation({
    id: 'previewDefinition',
    method: 'post',
    path: '/v1/templates/preview',
    tag,
    summary: 'See the first 50 rows of a definition, without saving it',
    body: z
      .strictObject({ definition: definitionInput, timeZone: previewZone, parameters: parametersInput })
      .meta({ id: 'PreviewUnsavedInput' }),
    response: preview,
    problems: sourceProblems,
  }),
  revisions: operation({
    id: 'listTemplateRevisions',
    method: 'get',
    path: '/v1/templates/:templateId/revisions',
    tag,
    summary: 'List what a template has said over time, latest first',
    params: templateId,
    query: z.strictObject(paging),
    response: page(z.object(revisionSummary).meta({ id: 'RevisionSummary' })),
    waits: 'read-models',
    problems: ['template.missing', 'cursor.invalid'],
  }),
  revision: operation({
    id: 'getTemplateRevision',
    method: 'get',
    path: '/v1/templates/:templateId/revisions/:revision',
    tag,
    summary: 'Read a revision',
    params: z.strictObject({ templateId: id, revision: revisionNumber }),
    response: z.object({ ...revisionSummary, definition }).meta({ id: 'Revision' }),
    waits: 'read-models',
    problems: ['template.revision_missing'],
  }),
  diff: operation({
    id: 'diffTemplateRevisions',
    method: 'get',
    path: '/v1/templates/:templateId/revisions/:older/diff/:newer',
    tag,
    summary: 'Compare two revisions',
    params: z.strictObject({ templateId: id, older: revisionNumber, newer: revisionNumber }),
    response: z
      .object({ older: z.int(), newer: z.int(), differences: z.array(difference) })
      .meta({ id: 'RevisionDiff' }),
    waits: 'read-models',
    problems: ['template.revision_missing'],
  }),
  restoreRevision: operation({
    ...verb,
    id: 'restoreTemplateRevision',
    path: '/v1/templates/:templateId/revisions/:revision/restore',
    summary: 'Bring the contents of an older revision back, as a new revision',
    params: z.strictObject({ templateId: id, revision: revisionNumber }),
    problems: ['template.missing', 'template.archived', 'template.invalid', 'template.revision_missing'],
  }),
};
