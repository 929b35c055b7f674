import { Controller, Inject } from '@nestjs/common';
import { UserStore, type Caller, type UserSecrets } from '#access';
import { allChoices } from '#domain';
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
    const { userId, email } = await this.person(params.userId, caller);
    const { state, revision } = await this.streams.preferences(userId);
    const body = {
      ...state.preferences,
      choices: allChoices(state.preferences),
      email,
      mailServer: this.parts.settings.SMTP_URL !== undefined,
      revision: state.set ? revision : null,
    };
    return { body, ...(state.set && { headers: { ETag: entityTag(revision) } }) };
  }

  @Handles(operations.set)
  async set(call: CallOf<'set'>) {
    const { userId } = await this.person(call.params.userId, call.caller);
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
    const receipt = await this.tests.send(await this.person(params.userId, caller), context, now);
    const { destination, answer, reference } = receipt;
    return { body: { destination, answer, reference } };
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
