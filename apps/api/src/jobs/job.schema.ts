import { z } from 'zod';
import {
  BATCH_TYPE_SELF_SERVICE,
  DEFAULT_CSV,
  EXPIRY_REASONS,
  FAILURE_CLASSES,
  JOB_STATUSES,
  LOSS_CAUSES,
  OUTPUT_FORMATS,
  PRIORITIES,
  type JobInput,
} from '#domain';
import { DEFAULT_BATCH_TYPES } from '#export-engine';
import { expansion } from '../bursts/burst.schema';
import { actor, id, instant, timeZone, uuid } from '../http/fields';
import { deliverySummary } from '../deliveries/delivery.schema';
import { outputInput } from '../templates/output.schema';
import { parametersInput } from '../templates/parameters.schema';

export const jobStatus = z.enum(JOB_STATUSES);
export const jobOrigin = z.enum(['schedule', 'run_now', 'retry', 'rerun', 'standard_export', 'backfill', 'burst']);
const priority = z.enum(PRIORITIES);
export const BATCH_TYPE_IDS = DEFAULT_BATCH_TYPES.all.map((type) => type.id);
export const batchTypeId = z.literal(BATCH_TYPE_IDS);
const ofDataset = DEFAULT_BATCH_TYPES.all.filter((type) => type.ofDataset).map((type) => type.id);

const terms = {
  timeZone: timeZone.default('UTC').describe('Zone in which relative dates and times of day count.'),
  priority: priority.default('normal'),
};

export const jobInput = z
  .discriminatedUnion('batchTypeId', [
    z.strictObject({
      batchTypeId: z.literal(ofDataset),
      datasetId: id,
      output: outputInput.default(DEFAULT_CSV),
      ...terms,
    }),
    z.strictObject({
      batchTypeId: z.literal(BATCH_TYPE_SELF_SERVICE),
      templateId: id,
      parameters: parametersInput,
      ...terms,
    }),
  ])
  .meta({
    id: 'JobRequestInput',
    description: 'A standard export of a whole dataset (batch type 1), or a run of a template now (batch type 4).',
  });

const failure = z
  .object({
    code: z.string(),
    message: z.string(),
    transient: z.boolean().describe('Whether another try may succeed: of the class `transient`.'),
    class: z
      .enum(FAILURE_CLASSES)
      .describe('`transient` passes by itself, `permanent` does not, and `limit` met a limit of rows, bytes or time.'),
  })
  .meta({ id: 'JobFailure' });

const file = z
  .object({
    name: z.string(),
    href: z.string().describe('Where to download it.'),
    format: z.enum(OUTPUT_FORMATS),
    mediaType: z.string(),
    rows: z.int(),
    bytes: z.int(),
    sha256: z.string().describe('Lower-case hexadecimal.'),
    sheets: z
      .array(z.object({ name: z.string(), fromRow: z.int(), toRow: z.int() }))
      .describe('Which rows stand on which sheet, counted from 1 without the header.'),
  })
  .meta({ id: 'OutputFile' });

export const jobOutput = z
  .object({
    files: z.array(file),
    rows: z.int(),
    truncated: z.boolean().describe('True when a row limit cut the report.'),
    warnings: z.array(z.object({ code: z.string(), message: z.string() })),
    timings: z.object({ planMs: z.number(), exportMs: z.number(), storeMs: z.number() }),
    withheld: z
      .enum(['no_rows', 'unchanged'])
      .nullable()
      .describe("Why there are no files, by the template's `deliver`; null: there are."),
  })
  .meta({ id: 'JobOutput', description: 'The manifest of what a job left.' });

export const summary = {
  jobRequestId: uuid,
  batchTypeId,
  status: jobStatus,
  origin: jobOrigin,
  userId: uuid,
  templateId: uuid.nullable(),
  templateName: z.string().nullable(),
  templateRevision: z.int().nullable(),
  scheduleId: uuid.nullable(),
  scheduleRevision: z.int().nullable(),
  rerunOf: uuid.nullable(),
  backfillId: uuid.nullable().describe('The backfill that it is a part of.'),
  burst: z
    .object({ scheduleId: uuid, listJobRequestId: uuid, row: z.int().describe('Counted from 1.') })
    .nullable()
    .meta({ id: 'BurstRow', description: 'The row of which list it makes the report of, and who made that list.' }),
  nominalTime: instant.describe('When it was due, or when a person asked.'),
  timeZone: z.string(),
  priority,
  startBefore: instant.nullable(),
  attempt: z.int().describe('The attempt begun last; 0 before the first.'),
  maxAttempts: z.int().describe('Attempts in all; those handed back at a shutdown do not count.'),
  requestedAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  retryAt: instant.nullable(),
  failure: failure.nullable(),
  rowCount: z.int().nullable(),
  byteCount: z.int().nullable(),
  outputExpiresAt: instant.nullable(),
  outputExpiredAt: instant.nullable(),
  cancelledBy: actor.nullable(),
  cancelReason: z.string().nullable(),
  expiryReason: z.enum(EXPIRY_REASONS).nullable(),
  stalledAt: instant.nullable().describe('When it was reported to wait too long; null once that is over.'),
  runningLongAt: instant.nullable().describe('When it was reported to run too long; null once that is over.'),
  droppedAt: instant.nullable().describe('When somebody took it off the dead letters.'),
  droppedBy: actor.nullable(),
  dropReason: z.string().nullable(),
  jobOutput: jobOutput.nullable(),
  revision: z.int(),
  updatedAt: instant,
};

export const jobSummary = z.object(summary).meta({ id: 'JobRequestSummary' });

export const jobRequest = z
  .object({
    ...summary,
    jobInput: z.custom<JobInput>().meta({
      override: {
        type: 'object',
        required: ['dynamicMapping', 'additionalConfig'],
        properties: {
          templateId: { type: 'string', format: 'uuid' },
          dynamicMapping: { type: 'boolean', description: 'True for a template, false for a standard export.' },
          dynamicColumns: { type: 'array', items: { type: 'object' } },
          additionalConfig: { type: 'object' },
        },
        description: 'All that the export needs to know.',
      },
    }),
    attempts: z.array(
      z
        .object({
          attempt: z.int(),
          worker: z.string(),
          startedAt: instant,
          endedAt: instant.nullable(),
          durationMs: z.int().nullable().describe('Null while it runs.'),
          outcome: z.enum(['completed', 'failed', 'lost', 'cancelled']).nullable(),
          lossCause: z
            .enum(LOSS_CAUSES)
            .nullable()
            .describe('Why a lost attempt came to nothing: its worker vanished, made no progress, or was shut down.'),
          failure: failure.nullable(),
          retryAt: instant.nullable().describe('The next attempt does not begin before; null when none follows.'),
          runningLongAt: instant.nullable().describe('When it was reported to run too long.'),
        })
        .meta({ id: 'JobAttempt' }),
    ),
    progress: z
      .object({ rowsDone: z.int(), bytesDone: z.int(), at: instant.nullable() })
      .nullable()
      .describe('While it runs.'),
    expansion: expansion
      .nullable()
      .describe(
        'Of a job that made the list of a burst, what became of that; null for others, and until somebody has looked at it.',
      ),
    deliveries: z
      .array(deliverySummary)
      .describe(
        'Each has a state of its own: the job is complete when its files are. The newest hundred; `GET /v1/deliveries` has all.',
      ),
  })
  .meta({ id: 'JobRequest' });
