import { Controller, Inject } from '@nestjs/common';
import { AccessLog, Sessions, type SignInRefusal } from '#access';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { sessionOperations as operations } from './session.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

@Controller()
export class SessionsController {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(AccessLog) private readonly accessLog: AccessLog,
  ) {}

  @Handles(operations.signIn)
  async signIn(call: CallOf<'signIn'>) {
    const { username, password } = call.body;
    const address = call.request.socket.remoteAddress ?? 'unknown';
    const outcome = await this.sessions.signIn(username, password, address, call.now);
    switch (outcome.kind) {
      case 'limited':
        this.recordRefusal(call, null, 'too_many_tries');
        throw new Problem('session.too_many_tries', `Wait ${outcome.retryAfterSeconds} seconds, then try again.`, {
          headers: { 'Retry-After': String(outcome.retryAfterSeconds) },
        });
      case 'refused':
        this.recordRefusal(call, outcome.userId, 'credentials');
        throw new Problem('session.refused', 'Username or password is wrong.');
      case 'signed_in': {
        const { user, token, expiresAt } = outcome;
        const at = call.now.toISOString();
        await this.accessLog.record({ type: 'SignedIn', userId: user.userId, at }, call.context);
        return {
          body: { token, expiresAt: expiresAt.toISOString(), user },
          headers: { 'Cache-Control': 'no-store' },
        };
      }
    }
  }

  @Handles(operations.current)
  current({ session, caller }: CallOf<'current'>) {
    const expiresAt = (session?.expiresAt ?? new Date(0)).toISOString();
    return Promise.resolve({ body: { user: caller, expiresAt } });
  }

  private recordRefusal(call: CallOf<'signIn'>, userId: string | null, reason: SignInRefusal): void {
    this.accessLog.refused({ type: 'SignInRefused', userId, reason, at: call.now.toISOString() }, call.context);
  }
}
