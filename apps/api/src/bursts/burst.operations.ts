import { z } from 'zod';
import { changed, id } from '../http/fields';
import { operation } from '../http/operation';
import { burst, burstInput } from './burst.schema';

const tag = 'Bursts';
const path = '/v1/schedules/:scheduleId/burst';
const params = z.strictObject({ scheduleId: id });

export const burstOperations = {
  get: operation({
    id: 'getBurst',
    method: 'get',
    path,
    tag,
    summary: 'Read what becomes of the lists that a schedule makes',
    params,
    response: burst,
    problems: ['schedule.missing', 'burst.missing'],
  }),
  plan: operation({
    id: 'planBurst',
    method: 'put',
    path,
    tag,
    summary: 'Make a report, and a delivery, of each row of the lists that a schedule makes from now on',
    params,
    body: burstInput,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: [
      'schedule.missing',
      'schedule.removed',
      'template.missing',
      'template.archived',
      'burst.invalid',
      'delivery.mail_unavailable',
      'delivery.pattern_invalid',
      'destination.missing',
      'destination.retired',
    ],
  }),
  withdraw: operation({
    id: 'withdrawBurst',
    method: 'post',
    path: `${path}/withdraw`,
    tag,
    summary: 'Let the lists of a schedule be reports like others again',
    params,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['schedule.missing', 'burst.missing'],
  }),
};
