import { z } from 'zod';
import { DELIVERY_STATUSES } from '#domain';
import { changed, id, page, paging } from '../http/fields';
import { operation } from '../http/operation';
import { delivery, deliveryPlan, deliveryPlanInput, deliverySummary, deliveryTarget } from './delivery.schema';

const tag = 'Deliveries';
const scheduleId = z.strictObject({ scheduleId: id });
const deliveryId = z.strictObject({ deliveryId: id });
const targets = [
  'delivery.recipient_invalid',
  'delivery.recipient_forbidden',
  'delivery.mail_unavailable',
  'delivery.pattern_invalid',
  'destination.missing',
  'destination.retired',
] as const;

export const deliveryOperations = {
  plan: operation({
    id: 'getDeliveryPlan',
    method: 'get',
    path: '/v1/schedules/:scheduleId/deliveries',
    tag,
    summary: 'Read where the reports of a schedule go',
    params: scheduleId,
    response: deliveryPlan,
    problems: ['schedule.missing'],
  }),
  revisePlan: operation({
    id: 'planDeliveries',
    method: 'put',
    path: '/v1/schedules/:scheduleId/deliveries',
    tag,
    summary: 'Say where the reports of a schedule go that complete from now on',
    params: scheduleId,
    body: deliveryPlanInput,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['schedule.missing', 'schedule.removed', ...targets],
  }),
  request: operation({
    id: 'requestDelivery',
    method: 'post',
    path: '/v1/job-requests/:jobRequestId/deliveries',
    tag,
    summary: 'Deliver the files of a completed job',
    params: z.strictObject({ jobRequestId: id }),
    body: deliveryTarget,
    status: 202,
    response: changed,
    command: true,
    problems: ['job.missing', 'output.not_ready', 'output.expired', 'delivery.too_many', ...targets],
  }),
  list: operation({
    id: 'listDeliveries',
    method: 'get',
    path: '/v1/deliveries',
    tag,
    summary: 'List the deliveries of the jobs that you see, newest first',
    query: z.strictObject({
      ...paging,
      status: z.enum(DELIVERY_STATUSES).optional(),
      jobRequestId: id.optional(),
      scheduleId: id.optional(),
      destinationId: id.optional(),
    }),
    response: page(deliverySummary),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  get: operation({
    id: 'getDelivery',
    method: 'get',
    path: '/v1/deliveries/:deliveryId',
    tag,
    summary: 'Read a delivery, with each attempt',
    params: deliveryId,
    response: delivery,
    waits: 'read-models',
    problems: ['delivery.missing'],
  }),
  retry: operation({
    id: 'retryDelivery',
    method: 'post',
    path: '/v1/deliveries/:deliveryId/retry',
    tag,
    summary: 'Try a delivery anew that failed or was cancelled',
    params: deliveryId,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['delivery.missing', 'delivery.not_ended', 'delivery.arrived', 'delivery.too_many'],
  }),
  cancel: operation({
    id: 'cancelDelivery',
    method: 'post',
    path: '/v1/deliveries/:deliveryId/cancel',
    tag,
    summary: 'Cancel a delivery that has not arrived',
    params: deliveryId,
    body: z
      .strictObject({ reason: z.string().trim().max(500).nullable().default(null) })
      .meta({ id: 'CancelDeliveryInput' }),
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['delivery.missing', 'delivery.ended'],
  }),
  erase: operation({
    id: 'eraseRecipient',
    method: 'post',
    path: '/v1/recipients/erase',
    tag,
    summary: 'Forget the address of a person for good: plans and deliveries go on without',
    access: 'admin',
    body: z.strictObject({ address: z.string().trim().min(3).max(254) }).meta({ id: 'EraseRecipientInput' }),
    response: z.object({ erased: z.boolean().describe('False: nobody had it.') }).meta({ id: 'ErasedRecipient' }),
    problems: ['delivery.recipient_invalid', 'access.not_recorded'],
  }),
};
