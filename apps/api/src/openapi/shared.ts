import { PROBLEMS } from '../http/problem-codes';
import type { JsonSchema } from './json-schema';

const string = { type: 'string' } as const;

/** The problem document of RFC 9457, with our extensions. */
export const PROBLEM_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'Why a request was turned down (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance', 'correlationId'],
  properties: {
    type: { type: 'string', format: 'uri-reference', examples: ['/problems/template.invalid'] },
    title: string,
    status: { type: 'integer' },
    detail: { type: 'string', description: 'A sentence that says what to do.' },
    code: { type: 'string', description: 'Stable: programs may rely on it.', enum: Object.keys(PROBLEMS).sort() },
    instance: { type: 'string', format: 'uri-reference' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'pointer', 'message'],
        properties: {
          code: string,
          pointer: {
            type: 'string',
            format: 'json-pointer',
            description: 'Into the part of the request that `in` names.',
          },
          message: string,
          in: {
            type: 'string',
            enum: ['body', 'query', 'path', 'header'],
            description: 'Left out: the body, or the saved resource.',
          },
        },
      },
    },
    correlationId: { type: 'string', description: 'Names the request in the log.' },
  },
};

export const HEADERS = {
  requests: {
    idempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'The same key within 24 hours gives the same answer and is carried out once.',
      schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
    },
    ifMatch: {
      name: 'If-Match',
      in: 'header',
      description: 'The ETag of what you have read: the command is refused if it has changed since.',
      schema: { type: 'string', examples: ['"3"', '*'] },
    },
    waitFor: {
      name: 'X-Wait-For',
      in: 'header',
      required: false,
      description: 'The X-Stream-Position of a command whose effect the answer must show. Waits 5 seconds at most.',
      schema: { type: 'string', pattern: '^[a-z]+-[0-9a-z-]{1,80}@[0-9]{1,18}$' },
    },
  },
  responses: {
    CorrelationId: { description: 'Names the request in the log and in its events.', schema: string },
    StreamPosition: { description: 'Send it as X-Wait-For to see the effect of the command.', schema: string },
    ETag: { description: 'The revision: `"3"`. Send it as If-Match.', schema: string },
  },
} as const;
