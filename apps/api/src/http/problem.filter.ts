import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AccessLog } from '#access';
import { DataSourceError } from '#data-sources';
import { FileStoreError } from '#file-store';
import { InvalidCursor } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { methodsOf } from '../openapi/operations';
import { Problem, problemDocument } from './problem';
import { requestState } from './request-state';

/** Turns whatever went wrong into a problem document. What was not foreseen is logged whole and told in one word. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(AccessLog) private readonly accessLog: AccessLog,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const state = requestState(request);
    const problem = orMethodNotAllowed(toProblem(error), request);
    if (problem.status >= 500) {
      const { correlationId, route } = state;
      this.parts.logger.error({ err: problem.cause ?? problem, correlationId, route, app: 'api' }, 'request failed');
    }
    if (problem.accessRefused) this.record(problem, request);
    if (response.headersSent) {
      // An answer that breaks off half way must not look whole.
      response.destroy();
      return;
    }
    for (const name of response.getHeaderNames()) if (PAYLOAD_HEADERS.has(name)) response.removeHeader(name);
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
    response.statusCode = problem.status;
    response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    response.end(JSON.stringify(problemDocument(problem, instanceOf(request), state.correlationId)));
  }

  private record(problem: Problem, request: Request): void {
    const { correlationId, traceparent, session, route, receivedAt } = requestState(request);
    this.accessLog.refused(
      {
        type: 'AccessRefused',
        userId: session?.user.userId ?? null,
        method: request.method,
        route: route ?? 'unknown',
        reason: problem.code,
        at: receivedAt.toISOString(),
      },
      { commandId: crypto.randomUUID(), correlationId, traceparent },
    );
  }
}

/** An address that takes other methods is there, after all. */
function orMethodNotAllowed(problem: Problem, { path }: Request): Problem {
  const methods = problem.code === 'route.unknown' ? methodsOf(path) : [];
  if (methods.length === 0) return problem;
  const headers = { Allow: methods.join(', ') };
  return new Problem('route.method_not_allowed', `It takes ${headers.Allow}; see /docs.`, { headers });
}

const PAYLOAD_HEADERS = new Set([
  'content-length',
  'content-range',
  'content-disposition',
  'accept-ranges',
  'etag',
  'location',
]);

/** The path without its query, which may hold what a person typed. */
function instanceOf(request: Request): string {
  return request.originalUrl.split('?', 1)[0] ?? '/';
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DataSourceError || error instanceof FileStoreError) {
    const headers = error.transient ? { 'Retry-After': '5' } : {};
    return new Problem(error.code, error.message, { headers, cause: error });
  }
  if (error instanceof InvalidCursor) return new Problem('cursor.invalid', error.message);
  const status = statusOf(error);
  switch (status) {
    case 404:
      return new Problem('route.unknown', 'There is no such route for this method; see /docs.');
    case 413:
      return new Problem('request.too_large', 'Send at most 1 MB.', { headers: { Connection: 'close' } });
    case 415:
      return new Problem('request.unsupported_media_type', 'Send JSON in UTF-8 as application/json.');
    case 400:
      return new Problem('request.malformed', 'The address or the JSON of the body cannot be parsed.');
    default:
      return new Problem('internal', 'It is logged under this correlation id. Try again, or tell your administrator.', {
        cause: error,
      });
  }
}

/** The status that Nest, Express or its body parser gave the error. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null || !('status' in error) || !('expose' in error)) return null;
  const { status } = error;
  // The body parser also gives 400 for a body that breaks off, and knows statuses of its own.
  return typeof status === 'number' && status >= 400 && status < 500
    ? status === 413 || status === 415
      ? status
      : 400
    : null;
}
