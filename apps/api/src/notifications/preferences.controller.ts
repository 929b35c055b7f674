import { Controller, Inject } from '@nestjs/common';
import { UserStore, type Caller, type Role, type UserSecrets } from '#access';
import { allChoices, type DestinationId } from '#domain';
import { destinationProblem, type DestinationProblem } from '#notifications';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Streams } from '../commands/streams';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { entityTag } from '../http/request-headers';
import { TestMessages } from './test-messages';
import { preferencesOperations as operations } from './preferences.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

@Controller()
export class PreferencesController {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(TestMessages) private readonly tests: TestMessages,
  ) {}

  @Handles(operations.get)
  async get({ params, caller }: CallOf<'get'>) {
    const { userId, email, role } = await this.person(params.userId, caller);
    const { state, revision } = await this.streams.preferences(userId);
    const body = {
      ...state.preferences,
      choices: allChoices(state.preferences),
      email,
      destinationProblem: await this.problemWith(state.preferences.destinationId, role),
      mailServer: this.parts.settings.SMTP_URL !== undefined,
      revision: state.set ? revision : null,
    };
    return { body, ...(state.set && { headers: { ETag: entityTag(revision) } }) };
  }

  @Handles(operations.set)
  async set(call: CallOf<'set'>) {
    const { userId, role } = await this.person(call.params.userId, call.caller);
    const problem = await this.problemWith(call.body.destinationId, role);
    if (problem !== null) throw new Problem(problem.code, problem.message);
    const outcome = await this.dispatcher.preferences(call, userId, () => ({
      type: 'SetNotificationPreferences',
      userId,
      preferences: call.body,
      by: call.caller.userId,
      at: call.now.toISOString(),
    }));
    return answered(userId, outcome);
  }

  @Handles(operations.test)
  async test({ params, caller, context, now }: CallOf<'test'>) {
    const person = await this.person(params.userId, caller);
    const { state } = await this.streams.preferences(person.userId);
    const messages = await this.tests.send(person, state.preferences.destinationId, context, now);
    return { body: { messages: [...messages] } };
  }

  /** Why notices of somebody of this role cannot go there; null where they can, or there is no destination. */
  private async problemWith(destinationId: DestinationId | null, role: Role): Promise<DestinationProblem | null> {
    if (destinationId === null) return null;
    return destinationProblem((await this.streams.destination(destinationId)).state, role);
  }

  private async person(named: string, caller: Caller): Promise<UserSecrets> {
    const userId = named === 'me' ? caller.userId : named;
    if (userId !== caller.userId && caller.role !== 'admin') {
      throw new Problem('user.missing', 'There is no such user, or it is not you.', { accessRefused: true });
    }
    const user = await this.users.byId(userId);
    if (!user) throw new Problem('user.missing', 'There is no such user.');
    return user;
  }
}
