import { Controller, Inject } from '@nestjs/common';
import {
  AccessLog,
  hashPassword,
  SignInLimits,
  UserStore,
  verifyPassword,
  type Caller,
  type User,
  type UserSecrets,
} from '#access';
import { derivedId } from '#event-sourcing';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { userOperations as operations } from './user.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

@Controller()
export class UsersController {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(AccessLog) private readonly accessLog: AccessLog,
    @Inject(SignInLimits) private readonly limits: SignInLimits,
  ) {}

  @Handles(operations.add)
  async add({ body, context, caller, now }: CallOf<'add'>) {
    const userId = derivedId(context.commandId, 'user');
    const { password, ...user } = body;
    const outcome = await this.users.add({
      ...user,
      userId,
      passwordHash: await hashPassword(password),
      createdAt: now,
    });
    if (outcome === 'username_taken') throw new Problem('user.username_taken', 'Choose another username.');
    const done = { userId, by: caller.userId, at: now.toISOString() };
    const limited = user.maxRows === null ? [] : [{ type: 'UserLimited', maxRows: user.maxRows, ...done } as const];
    await this.accessLog.recordAll([{ type: 'UserAdded', role: user.role, ...done }, ...limited], context);
    return { body: { id: userId } };
  }

  @Handles(operations.list)
  async list({ query }: CallOf<'list'>) {
    const { items, nextCursor } = await this.page(query, false);
    return { body: { items: items.map(userAnswer), nextCursor } };
  }

  @Handles(operations.directory)
  async directory({ query }: CallOf<'directory'>) {
    return { body: await this.page(query, true) };
  }

  @Handles(operations.setPassword)
  async setPassword({ params, body, caller, context, now, request }: CallOf<'setPassword'>) {
    const { userId } = params;
    const own = userId === caller.userId;
    const user = await this.ownOrAny(userId, caller);
    if (own) await this.requireCurrent(user, body.currentPassword ?? '', request.socket.remoteAddress ?? 'unknown');
    await this.users.setPassword(userId, await hashPassword(body.newPassword));
    const at = now.toISOString();
    await this.accessLog.record({ type: 'PasswordChanged', userId, by: caller.userId, at }, context);
    return { body: null };
  }

  @Handles(operations.setEmail)
  async setEmail({ params: { userId }, body, caller, context, now }: CallOf<'setEmail'>) {
    await this.ownOrAny(userId, caller);
    await this.users.setEmail(userId, body.email);
    await this.accessLog.record({ type: 'EmailChanged', userId, by: caller.userId, at: now.toISOString() }, context);
    return { body: null };
  }

  @Handles(operations.disable)
  async disable({ params: { userId }, caller, context, now }: CallOf<'disable'>) {
    await this.require(userId);
    if ((await this.users.disable(userId, now)) === 'last_admin') {
      throw new Problem('user.last_admin', 'Make somebody else an administrator first.');
    }
    await this.accessLog.record({ type: 'UserDisabled', userId, by: caller.userId, at: now.toISOString() }, context);
    return { body: null };
  }

  @Handles(operations.enable)
  async enable({ params: { userId }, caller, context, now }: CallOf<'enable'>) {
    await this.require(userId);
    await this.users.enable(userId);
    await this.accessLog.record({ type: 'UserEnabled', userId, by: caller.userId, at: now.toISOString() }, context);
    return { body: null };
  }

  @Handles(operations.limit)
  async limit({ params: { userId }, body: { maxRows }, caller, context, now }: CallOf<'limit'>) {
    await this.require(userId);
    await this.users.limit(userId, maxRows);
    const done = { userId, by: caller.userId, at: now.toISOString() };
    await this.accessLog.record({ type: 'UserLimited', maxRows, ...done }, context);
    return { body: null };
  }

  /** The caller, or for an administrator anybody. */
  private ownOrAny(userId: string, caller: Caller): Promise<UserSecrets> {
    if (userId === caller.userId || caller.role === 'admin') return this.require(userId);
    throw new Problem('user.missing', 'There is no such user, or it is not you.', { accessRefused: true });
  }

  private async require(userId: string): Promise<UserSecrets> {
    const user = await this.users.byId(userId);
    if (!user) throw new Problem('user.missing', 'There is no such user.');
    return user;
  }

  /** Guessing here is as slow as at the sign-in: a stolen token is not yet a password. */
  private async requireCurrent(user: UserSecrets, password: string, address: string): Promise<void> {
    const wait = await this.limits.begin(user.username, address);
    if (wait !== null) {
      throw new Problem('session.too_many_tries', `Wait ${wait} seconds, then try again.`, {
        headers: { 'Retry-After': String(wait) },
      });
    }
    if (!(await verifyPassword(user.passwordHash, password))) {
      throw new Problem('user.password_wrong', 'The current password is wrong.', {
        errors: [{ code: 'user.password_wrong', in: 'body', pointer: '/currentPassword', message: 'It is wrong.' }],
        accessRefused: true,
      });
    }
    await this.limits.succeeded(user.username, address);
  }

  private async page(query: CallOf<'list'>['query'], enabledOnly: boolean) {
    const { limit, cursor, search = '' } = query;
    const after = cursor === undefined ? '' : usernameOf(cursor);
    const found = await this.users.list({ search, enabledOnly, after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, nextCursor: last && found.length > limit ? cursorOf(last) : null };
  }
}

function userAnswer({ disabledAt, createdAt, ...user }: User) {
  return { ...user, disabledAt: disabledAt?.toISOString() ?? null, createdAt: createdAt.toISOString() };
}

function cursorOf({ username }: User): string {
  return Buffer.from(`users:${username}`).toString('base64url');
}

function usernameOf(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^users:[A-Za-z0-9._@-]{1,64}$/.test(text)) {
    throw new Problem('cursor.invalid', 'Begin the list anew, without a cursor.');
  }
  return text.slice('users:'.length);
}
