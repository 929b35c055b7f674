import {
  RequestMapping,
  RequestMethod,
  Res,
  SetMetadata,
  createParamDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Caller, Session } from '#access';
import type { CommandContext } from '#event-sourcing';
import type { ProblemCode } from './problem-codes';
import type { RevisionMatch } from './request-headers';

type Method = 'get' | 'post' | 'put';
/** `public`: no token needed. */
type Access = 'public' | 'user' | 'admin';

/**
 * All there is to say about a route: it routes, validates and documents from here alone. A response is a schema, `null` for
 * 204, or the media type of a stream.
 */
export interface OperationSpec<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodType | string | null,
  Who extends Access,
> {
  /** Unique name, for generated clients. */
  readonly id: string;
  readonly method: Method;
  /** As Express has it: `/v1/templates/:templateId`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Who;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly status: number;
  readonly response: Response;
  /** Takes an Idempotency-Key and answers with X-Stream-Position. */
  readonly command: boolean;
  /** Takes If-Match: not at all, if given, or always. */
  readonly ifMatch: 'ignored' | 'honoured' | 'required';
  /** Takes X-Wait-For, and this group's tables are what it reads. */
  readonly waits: 'read-models' | 'audit-trail' | null;
  /** Codes beyond those that every route may answer with. */
  readonly problems: readonly ProblemCode[];
}

export type AnyOperation = OperationSpec<z.ZodType, z.ZodType, z.ZodType, z.ZodType | string | null, Access>;

const NOTHING = z.strictObject({});
type Nothing = typeof NOTHING;

/** Declares a route, with what most routes have in common filled in. */
export function operation<
  Response extends z.ZodType | string | null,
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
  Who extends Access = 'user',
>(
  spec: Pick<
    OperationSpec<Params, Query, Body, Response, Who>,
    'id' | 'method' | 'path' | 'tag' | 'summary' | 'response'
  > &
    Partial<OperationSpec<Params, Query, Body, Response, Who>>,
): OperationSpec<Params, Query, Body, Response, Who> {
  return {
    access: 'user' as Who,
    params: NOTHING as unknown as Params,
    query: NOTHING as unknown as Query,
    body: NOTHING as unknown as Body,
    status: spec.response === null ? 204 : 200,
    command: false,
    ifMatch: 'ignored',
    waits: null,
    problems: [],
    ...spec,
  };
}

/** What every validated request has, whatever the operation. */
export interface AnyCall {
  readonly session: Session | null;
  /** For the events that the request leads to. */
  readonly context: CommandContext;
  readonly ifMatch: RevisionMatch | null;
  readonly ifNoneMatch: RevisionMatch | null;
  /** When the request came. */
  readonly now: Date;
  readonly request: Request;
  readonly response: Response;
}

/** A validated request. */
export interface Call<Operation extends AnyOperation> extends AnyCall {
  readonly params: z.output<Operation['params']>;
  readonly query: z.output<Operation['query']>;
  readonly body: z.output<Operation['body']>;
  readonly caller: 'public' extends Operation['access'] ? Caller | null : Caller;
}

export interface Answer<Body> {
  readonly body: Body;
  /** Default: the operation's. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Returned by a handler that has written its answer itself. */
export const STREAMED = 'streamed' as const;

/** Answers are only ever written out, so whatever may be read will do. */
type Readable<Value> = Value extends (infer Item)[]
  ? readonly Readable<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Readable<Value[Key]> }
    : Value;

export type AnswerOf<Operation extends AnyOperation> = Operation['response'] extends z.ZodType
  ? Answer<Readable<z.input<Operation['response']>>>
  : Operation['response'] extends string
    ? typeof STREAMED
    : Answer<null>;

export const OPERATION = Symbol('operation');
/** Where the interceptor leaves the call for the handler. */
export const CALL = Symbol('call');

const CallParameter = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<Request & { [CALL]?: unknown }>()[CALL],
);

const REQUEST_METHODS = { get: RequestMethod.GET, post: RequestMethod.POST, put: RequestMethod.PUT } as const;

/** Makes a controller's method the handler of an operation: it takes the call and gives the answer. */
export function Handles<Operation extends AnyOperation>(spec: Operation) {
  return (
    target: object,
    key: string,
    descriptor: { readonly value?: ((call: Call<Operation>) => Promise<AnswerOf<Operation>>) | undefined },
  ): void => {
    RequestMapping({ method: REQUEST_METHODS[spec.method], path: spec.path })(target, key, descriptor);
    SetMetadata(OPERATION, spec)(target, key, descriptor);
    CallParameter()(target, key, 0);
    // Asking for the response tells Nest to leave the answer to us.
    Res()(target, key, 1);
  };
}
