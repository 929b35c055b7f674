import { z } from 'zod';
import { actor, id, instant, instantInput, page, paging, uuid } from '../http/fields';
import { operation } from '../http/operation';

const text = z.string().min(1).max(200);

const entry = z
  .object({
    position: z.string().describe('Place in the one order over all events: a decimal number.'),
    eventId: uuid,
    streamId: z.string(),
    revision: z.int(),
    aggregateType: z.string(),
    aggregateId: z.string(),
    eventType: z.string().describe('What happened.'),
    actor,
    occurredAt: instant,
    recordedAt: instant,
    commandId: z.string(),
    correlationId: z.string(),
    causationId: z.string().nullable(),
    before: z.record(z.string(), z.unknown()).nullable().describe('The fields that changed, as they were.'),
    after: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditEntry' });

const mapping = z
  .object({
    templateId: uuid,
    jobRequestId: uuid,
    scheduleDate: instant.describe('The nominal time for which the job was requested.'),
    scheduleId: uuid.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Mapping' });

export const auditOperations = {
  audit: operation({
    id: 'listAuditEntries',
    method: 'get',
    path: '/v1/audit',
    tag: 'Audit',
    summary: 'Who did what, and when: all of it for administrators, else that of what you see',
    query: z.strictObject({
      ...paging,
      streamId: text.optional(),
      aggregateType: z
        .enum([
          'template',
          'schedule',
          'job',
          'dataset',
          'datasource',
          'calendar',
          'backfill',
          'circuit',
          'preferences',
          'notification',
          'destination',
          'deliveryplan',
          'delivery',
          'burstplan',
          'burst',
          'access',
        ])
        .optional(),
      aggregateId: text.optional(),
      actor: text.optional(),
      eventType: text.optional(),
      from: instantInput.optional(),
      to: instantInput.optional(),
      first: z.enum(['newest', 'oldest']).default('newest'),
    }),
    response: page(entry),
    waits: 'audit-trail',
    problems: ['cursor.invalid'],
  }),
  mappings: operation({
    id: 'listMappings',
    method: 'get',
    path: '/v1/mappings',
    tag: 'Audit',
    summary: 'Which job requests came of which templates, latest due time first',
    query: z.strictObject({
      ...paging,
      templateId: id.optional(),
      jobRequestId: id.optional(),
      scheduleId: id.optional(),
      from: instantInput.optional(),
      to: instantInput.optional(),
    }),
    response: page(mapping),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
};
