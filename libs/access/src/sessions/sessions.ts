import type { UserId } from '#domain';
import { verifyPassword } from '../users/passwords';
import type { User } from '../users/user';
import { withoutSecrets, type UserStore } from '../users/user-store';
import type { SignInLimits } from './sign-in-limits';
import type { Tokens } from './tokens';

export type SignInOutcome =
  | { readonly kind: 'signed_in'; readonly user: User; readonly token: string; readonly expiresAt: Date }
  /** Wrong password, unknown name, or a disabled user: the person is not told which. */
  | { readonly kind: 'refused'; readonly userId: UserId | null }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number };

export interface Session {
  readonly user: User;
  readonly expiresAt: Date;
}

/** Signing in, and finding out who a token belongs to. */
export class Sessions {
  constructor(
    private readonly users: UserStore,
    private readonly tokens: Tokens,
    private readonly limits: SignInLimits,
  ) {}

  async signIn(username: string, password: string, address: string, now: Date): Promise<SignInOutcome> {
    const retryAfterSeconds = await this.limits.begin(username, address);
    if (retryAfterSeconds !== null) return { kind: 'limited', retryAfterSeconds };
    const user = await this.users.byUsername(username);
    const matches = await verifyPassword(user?.passwordHash ?? null, password);
    if (!user || !matches || user.disabledAt !== null) return { kind: 'refused', userId: user?.userId ?? null };
    await this.limits.succeeded(username, address);
    const { token, expiresAt } = await this.tokens.issue(user.userId, user.tokenVersion, now);
    return { kind: 'signed_in', user: withoutSecrets(user), token, expiresAt };
  }

  /** Null when the token is void: forged, expired, or revoked by a new password or by disabling the user. */
  async ofToken(token: string, now: Date): Promise<Session | null> {
    const claims = await this.tokens.verify(token, now);
    if (!claims) return null;
    const user = await this.users.byId(claims.userId);
    if (user?.tokenVersion !== claims.version || user.disabledAt !== null) return null;
    return { user: withoutSecrets(user), expiresAt: claims.expiresAt };
  }
}
