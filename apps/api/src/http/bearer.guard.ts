import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Sessions } from '#access';
import { OPERATION, type AnyOperation } from './operation';
import { Problem } from './problem';
import { bearerTokenOf } from './request-headers';
import { requestState } from './request-state';

/** Lets a request through when its token is valid and its user has the role that the operation wants. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const spec = Reflect.getMetadata(OPERATION, context.getHandler()) as AnyOperation | undefined;
    if (spec?.access === 'public') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const state = requestState(request);
    state.route = spec?.path ?? null;
    const token = bearerTokenOf(request.headers);
    const session = token === null ? null : await this.sessions.ofToken(token, state.receivedAt);
    if (!session) throw unauthenticated(token !== null);
    state.session = session;
    if (spec?.access === 'admin' && session.user.role !== 'admin') {
      throw new Problem('access.forbidden', 'Only an administrator may do this.', { accessRefused: true });
    }
    return true;
  }
}

function unauthenticated(hadToken: boolean): Problem {
  return hadToken
    ? new Problem('access.unauthenticated', 'The token is not valid or no longer so: sign in again.', {
        headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
        accessRefused: true,
      })
    : new Problem('access.unauthenticated', 'Send a token as "Authorization: Bearer …"; POST /v1/sessions gives one.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
        accessRefused: true,
      });
}
