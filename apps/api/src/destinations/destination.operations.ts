import { z } from 'zod';
import { changed, id, page, paging } from '../http/fields';
import { operation } from '../http/operation';
import { destination, destinationInput, destinationRevision, testDelivery } from './destination.schema';

const tag = 'Destinations';
const destinationId = z.strictObject({ destinationId: id });

export const destinationOperations = {
  list: operation({
    id: 'listDestinations',
    method: 'get',
    path: '/v1/destinations',
    tag,
    summary: 'List the destinations that you may use, by name',
    query: z.strictObject({
      ...paging,
      search: z.string().max(200).optional().describe('Part of the name.'),
      status: z.enum(['active', 'retired']).optional(),
    }),
    response: page(destination),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  register: operation({
    id: 'registerDestination',
    method: 'post',
    path: '/v1/destinations',
    tag,
    summary: 'Register a destination',
    access: 'admin',
    body: destinationInput,
    status: 201,
    response: changed,
    command: true,
    problems: ['destination.exists', 'destination.invalid', 'data_source.encryption_key_missing'],
  }),
  get: operation({
    id: 'getDestination',
    method: 'get',
    path: '/v1/destinations/:destinationId',
    tag,
    summary: 'Read a destination',
    params: destinationId,
    response: destination,
    waits: 'read-models',
    problems: ['destination.missing'],
  }),
  revise: operation({
    id: 'reviseDestination',
    method: 'put',
    path: '/v1/destinations/:destinationId',
    tag,
    summary: 'Revise a destination; the next delivery goes by it',
    access: 'admin',
    params: destinationId,
    body: destinationRevision,
    response: changed,
    command: true,
    ifMatch: 'required',
    problems: [
      'destination.missing',
      'destination.retired',
      'destination.kind_fixed',
      'destination.secret_needed',
      'destination.invalid',
      'data_source.encryption_key_missing',
    ],
  }),
  retire: operation({
    id: 'retireDestination',
    method: 'post',
    path: '/v1/destinations/:destinationId/retire',
    tag,
    summary: 'Close a destination and forget its secret: deliveries to it fail',
    access: 'admin',
    params: destinationId,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['destination.missing'],
  }),
  test: operation({
    id: 'testDestination',
    method: 'post',
    path: '/v1/destinations/:destinationId/test',
    tag,
    summary: 'Deliver a small file as a test; answers within 30 seconds',
    access: 'admin',
    params: destinationId,
    response: testDelivery,
    problems: ['destination.missing', 'destination.retired', 'data_source.secret_unreadable'],
  }),
};
