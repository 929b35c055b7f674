import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { z } from 'zod';
import { commandIdOf } from '#event-sourcing';
import { PARTS, type Parts } from '#runtime';
import { Idempotency } from './idempotency';
import { CALL, OPERATION, STREAMED, type Answer, type AnyOperation, type Call } from './operation';
import { Problem, type ProblemItem } from './problem';
import { bodyOf } from './request-body';
import { idempotencyKeyOf, ifMatchOf, ifNoneMatchOf, waitForOf } from './request-headers';
import { ReadYourWrites, type ReadGroup } from './read-your-writes';
import { requestState } from './request-state';
import { findUnstorableText } from './stored-text';
import { parsePart } from './validate';

const WAIT_MS = 5000;

/** Does for every operation what its declaration says: validates, waits, repeats, and writes the answer. */
@Injectable()
export class OperationInterceptor implements NestInterceptor {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Idempotency) private readonly idempotency: Idempotency,
    @Inject(ReadYourWrites) private readonly readYourWrites: ReadYourWrites,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const spec = Reflect.getMetadata(OPERATION, context.getHandler()) as AnyOperation | undefined;
    if (!spec) throw new Error(`${context.getClass().name}.${context.getHandler().name} is no operation`);
    const request = context.switchToHttp().getRequest<Request & { [CALL]?: Call<AnyOperation> }>();
    const response = context.switchToHttp().getResponse<Response>();
    const handle = async () => {
      const answer = await firstValueFrom(next.handle() as Observable<Answer<unknown> | typeof STREAMED>);
      return answer === STREAMED ? answer : { status: spec.status, ...answer };
    };
    return from(this.answer(spec, request, response, handle));
  }

  private async answer(
    spec: AnyOperation,
    request: Request & { [CALL]?: Call<AnyOperation> },
    response: Response,
    handle: () => Promise<Answer<unknown> | typeof STREAMED>,
  ): Promise<void> {
    const state = requestState(request);
    state.route = spec.path;
    const key = spec.command ? idempotencyKeyOf(request.headers) : null;
    const call = callOf(spec, request, response, key);
    if (spec.waits !== null) await this.waitForWrites(request, spec.waits);
    request[CALL] = call;
    const answer =
      key === null || call.caller === null
        ? await handle()
        : await this.idempotency.run(
            call.context.commandId,
            call.caller.userId,
            request.body,
            state.receivedAt,
            handle,
          );
    if (answer !== STREAMED) this.send(spec, response, answer);
  }

  private async waitForWrites(request: Request, group: ReadGroup): Promise<void> {
    const wanted = waitForOf(request.headers);
    if (!wanted) return;
    if (await this.readYourWrites.reached(group, wanted.streamId, wanted.position, WAIT_MS)) return;
    throw new Problem('read_model.behind', 'The change is stored and will be readable soon: try again.', {
      headers: { 'Retry-After': '1' },
    });
  }

  private send(spec: AnyOperation, response: Response, answer: Answer<unknown>): void {
    response.statusCode = answer.status ?? spec.status;
    if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'private, no-cache');
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (response.statusCode === 204 || response.statusCode === 304) {
      response.end();
      return;
    }
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(this.checked(spec, answer.body)));
  }

  /** Leaves out what the schema does not name. An answer that the schema refuses is our mistake, not the caller's. */
  private checked(spec: AnyOperation, body: unknown): unknown {
    if (!(spec.response instanceof z.ZodType)) return body;
    const result = spec.response.safeParse(body);
    if (result.success) return result.data;
    this.parts.logger.error(
      { app: 'api', operation: spec.id, issues: result.error.issues },
      'answer breaks its schema',
    );
    return body;
  }
}

function callOf(spec: AnyOperation, request: Request, response: Response, key: string | null): Call<AnyOperation> {
  const { session, receivedAt, correlationId, traceparent } = requestState(request);
  const body = bodyOf(request);
  const given = { path: request.params, query: request.query, body };
  const mistakes: ProblemItem[] = [];
  for (const part of ['path', 'query', 'body'] as const) {
    const problem = findUnstorableText(given[part]);
    if (problem) throw new Problem('request.text_invalid', problem.message, { errors: [{ in: part, ...problem }] });
  }
  const params = parsePart(spec.params, given.path, 'path', mistakes);
  const query = parsePart(spec.query, given.query, 'query', mistakes);
  const parsedBody = parsePart(spec.body, given.body, 'body', mistakes);
  if (mistakes.length > 0) {
    const detail = mistakes.length === 1 ? mistakes[0]?.message : `${mistakes.length} fields have mistakes.`;
    throw new Problem('request.invalid', detail ?? 'The request has mistakes.', { errors: mistakes });
  }
  const ifMatch = spec.ifMatch === 'ignored' ? null : ifMatchOf(request.headers);
  if (spec.ifMatch === 'required' && ifMatch === null) {
    throw new Problem('precondition.required', 'Send the ETag of what you have read as If-Match.');
  }
  const caller = session?.user ?? null;
  const actor = caller?.userId ?? 'system:anonymous';
  const context = {
    commandId: commandIdOf(actor, request.method, request.path, key),
    correlationId,
    causationId: null,
    actor,
    traceparent,
  };
  return {
    params,
    query,
    body: parsedBody,
    caller,
    session,
    context,
    ifMatch,
    ifNoneMatch: ifNoneMatchOf(request.headers),
    now: receivedAt,
    request,
    response,
  };
}
