import { PROBLEMS, type ProblemCode } from './problem-codes';

/** One mistake among several. */
export interface ProblemItem {
  readonly code: string;
  /** JSON pointer (RFC 6901) to what is wrong, in the part of the request that `in` names. */
  readonly pointer: string;
  readonly message: string;
  /** Default: the body, or the saved resource that the request is about. */
  readonly in?: 'body' | 'query' | 'path' | 'header';
}

export interface ProblemOptions {
  readonly errors?: readonly ProblemItem[];
  readonly headers?: Readonly<Record<string, string>>;
  /** True when somebody reached for what is not theirs: it goes into the audit trail. */
  readonly accessRefused?: boolean;
  readonly cause?: unknown;
}

/** The answer to a request that was turned down; becomes a problem document (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly errors: readonly ProblemItem[];
  readonly headers: Readonly<Record<string, string>>;
  readonly accessRefused: boolean;

  /** @param detail a sentence that the person can act on; never a stack, a path or a secret */
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    options: ProblemOptions = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = 'Problem';
    this.status = PROBLEMS[code].status;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
    this.accessRefused = options.accessRefused ?? false;
  }
}

/** The problem document of RFC 9457, with our extensions. */
export function problemDocument(problem: Problem, instance: string, correlationId: string) {
  return {
    type: `/problems/${problem.code}`,
    title: PROBLEMS[problem.code].title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    instance,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
    correlationId,
  };
}
