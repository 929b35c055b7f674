import { z } from 'zod';
import type { AnyOperation } from '../http/operation';
import { PROBLEMS, type ProblemCode } from '../http/problem-codes';
import { Components, type JsonSchema } from './json-schema';
import { OPERATIONS } from './operations';
import { HEADERS, PROBLEM_SCHEMA } from './shared';

/** Version of the contract, not of the product. */
const VERSION = '1.0.0';

/** Codes that any route may answer with. */
const ANYWHERE: readonly ProblemCode[] = ['request.invalid', 'request.malformed', 'request.text_invalid', 'internal'];

/** The API as an OpenAPI 3.1 document, made from the operations alone. */
export function openApiDocument(): JsonSchema {
  const components = new Components();
  const paths: Record<string, JsonSchema> = {};
  for (const spec of OPERATIONS) {
    const path = spec.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[spec.method] = operationObject(spec, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Report scheduler',
      version: VERSION,
      description:
        'Templates over datasets, schedules that run them, and the files they lead to. Times are RFC 3339 in UTC, ids are ' +
        'UUIDs, lists come in pages. A command answers with `X-Stream-Position`; a query that sends it back as `X-Wait-For` sees ' +
        'its effect. Errors are problem documents (RFC 9457) with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(OPERATIONS.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: sorted({ ...components.schemas, Problem: PROBLEM_SCHEMA }),
      headers: HEADERS.responses,
    },
  };
}

function operationObject(spec: AnyOperation, components: Components): JsonSchema {
  const parameters = [
    ...parametersOf(spec.params, 'path', components),
    ...parametersOf(spec.query, 'query', components),
    ...(spec.command ? [HEADERS.requests.idempotencyKey] : []),
    ...(spec.ifMatch === 'ignored' ? [] : [{ ...HEADERS.requests.ifMatch, required: spec.ifMatch === 'required' }]),
    ...(spec.waits === null ? [] : [HEADERS.requests.waitFor]),
  ];
  return {
    operationId: spec.id,
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description !== undefined && { description: spec.description }),
    ...(spec.access === 'public' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(spec, components),
    responses: { [spec.status]: success(spec, components), ...failures(spec, components) },
  };
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query', components: Components): JsonSchema[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => {
    const made = components.schemaOf(field, 'input');
    const { description, ...rest } = made;
    const required = place === 'path' || !field.safeParse(undefined).success;
    return { name, in: place, required, ...(description !== undefined && { description }), schema: rest };
  });
}

function bodyOf({ body }: AnyOperation, components: Components): JsonSchema {
  if (body instanceof z.ZodObject && Object.keys(body.shape).length === 0) return {};
  const required = !body.safeParse({}).success;
  return { requestBody: { required, content: { 'application/json': { schema: components.schemaOf(body, 'input') } } } };
}

function success(spec: AnyOperation, components: Components): JsonSchema {
  const headers = {
    'X-Correlation-Id': { $ref: '#/components/headers/CorrelationId' },
    ...(spec.command &&
      spec.id !== 'addUser' && { 'X-Stream-Position': { $ref: '#/components/headers/StreamPosition' } }),
    ...((spec.command || spec.ifMatch !== 'ignored') && { ETag: { $ref: '#/components/headers/ETag' } }),
  };
  const description =
    spec.status === 202 ? 'Accepted' : spec.status === 201 ? 'Created' : spec.status === 204 ? 'Done' : 'OK';
  if (spec.response === null) return { description, headers };
  if (typeof spec.response === 'string') {
    return { description, headers, content: { [spec.response]: { schema: { type: 'string' } } } };
  }
  const schema = components.schemaOf(spec.response, 'output');
  return { description, headers, content: { 'application/json': { schema } } };
}

function failures(spec: AnyOperation, components: Components): Record<string, JsonSchema> {
  const codes = new Set<ProblemCode>([
    ...ANYWHERE,
    ...spec.problems,
    ...(spec.access === 'public' ? [] : (['access.unauthenticated'] as const)),
    ...(spec.access === 'admin' ? (['access.forbidden'] as const) : []),
    ...(spec.method === 'get' ? [] : (['request.too_large', 'request.unsupported_media_type'] as const)),
    ...(spec.command ? (['idempotency.key_reused', 'aggregate.contended'] as const) : []),
    ...(spec.ifMatch === 'ignored' ? [] : (['precondition.failed', 'request.header_invalid'] as const)),
    ...(spec.ifMatch === 'required' ? (['precondition.required'] as const) : []),
    ...(spec.waits === null ? [] : (['read_model.behind', 'request.header_invalid'] as const)),
    ...(spec.command && spec.params instanceof z.ZodObject && 'templateId' in spec.params.shape
      ? (['access.forbidden'] as const)
      : []),
  ]);
  const answers = [...new Set([...codes].map((code) => PROBLEMS[code].status))].map((status) => {
    const group = [...codes].filter((code) => PROBLEMS[code].status === status);
    const description = group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' ');
    const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    return [String(status), { description, content }] as const;
  });
  const made: Record<string, JsonSchema> = Object.fromEntries(answers);
  if (spec.id === 'isReady' && typeof spec.response === 'object' && spec.response !== null) {
    const schema = components.schemaOf(spec.response, 'output');
    made['503'] = { description: 'Something is not well', content: { 'application/json': { schema } } };
  }
  return made;
}

function sorted(schemas: Record<string, JsonSchema>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).sort(([left], [right]) => (left < right ? -1 : 1)));
}
