import { z } from 'zod';
import { PASSWORD_LENGTH, ROLES, USERNAME } from '#access';
import { checkedMailbox, DeliveryError } from '#delivery-channels';
import { MOST_ROWS } from '#domain';
import { id, instant, page, paging, uuid, words } from '../http/fields';
import { operation } from '../http/operation';

const tag = 'Users';
const userId = z.strictObject({ userId: id });
const password = z
  .string()
  .min(PASSWORD_LENGTH.min, `must have at least ${PASSWORD_LENGTH.min} characters`)
  .max(PASSWORD_LENGTH.max);
const maxRows = z
  .int()
  .min(1)
  .max(MOST_ROWS)
  .nullable()
  .describe('Most rows of one report of theirs; null: no limit of their own.');

const email = z
  .email('must be an e-mail address')
  .max(254)
  .refine(takesMail, 'must be an e-mail address')
  .nullable()
  .describe('Where notices go; null: they stand in the inbox alone.');

const user = z
  .object({
    userId: uuid,
    username: z.string(),
    displayName: z.string(),
    role: z.enum(ROLES),
    maxRows,
    email: z.string().nullable(),
    disabledAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'User' });

const person = z.object({ userId: uuid, username: z.string(), displayName: z.string() }).meta({ id: 'Person' });
const list = z.strictObject({ ...paging, search: z.string().max(100).optional().describe('Part of a name.') });

export const userOperations = {
  add: operation({
    id: 'addUser',
    method: 'post',
    path: '/v1/users',
    tag,
    summary: 'Add a user',
    access: 'admin',
    body: z
      .strictObject({
        username: z
          .string()
          .regex(USERNAME, 'must be 1 to 64 letters, digits and ._@-, and begin with one of the first two'),
        displayName: words(200),
        password,
        role: z.enum(ROLES).default('user'),
        maxRows: maxRows.default(null),
        email: email.default(null),
      })
      .meta({ id: 'UserInput' }),
    status: 201,
    response: z.object({ id: uuid }).meta({ id: 'AddedUser' }),
    command: true,
    problems: ['user.username_taken'],
  }),
  list: operation({
    id: 'listUsers',
    method: 'get',
    path: '/v1/users',
    tag,
    summary: 'List all users, by username',
    access: 'admin',
    query: list,
    response: page(user),
    problems: ['cursor.invalid'],
  }),
  directory: operation({
    id: 'findPeople',
    method: 'get',
    path: '/v1/users/directory',
    tag,
    summary: 'Find people to share with',
    query: list,
    response: page(person),
    problems: ['cursor.invalid'],
  }),
  setPassword: operation({
    id: 'setPassword',
    method: 'post',
    path: '/v1/users/:userId/password',
    tag,
    summary: 'Change your own password, or reset that of another as an administrator. Ends all sessions of the user.',
    params: userId,
    body: z
      .strictObject({
        currentPassword: z.string().max(1024).optional().describe('Needed for your own.'),
        newPassword: password,
      })
      .meta({ id: 'PasswordInput' }),
    response: null,
    problems: ['user.missing', 'user.password_wrong', 'session.too_many_tries'],
  }),
  setEmail: operation({
    id: 'setEmail',
    method: 'post',
    path: '/v1/users/:userId/email',
    tag,
    summary: 'Set where your own notices go, or as an administrator those of another',
    params: userId,
    body: z.strictObject({ email }).meta({ id: 'EmailInput' }),
    response: null,
    problems: ['user.missing'],
  }),
  disable: operation({
    id: 'disableUser',
    method: 'post',
    path: '/v1/users/:userId/disable',
    tag,
    summary: 'Let a user sign in no more; ends all sessions of the user',
    access: 'admin',
    params: userId,
    response: null,
    problems: ['user.missing', 'user.last_admin'],
  }),
  enable: operation({
    id: 'enableUser',
    method: 'post',
    path: '/v1/users/:userId/enable',
    tag,
    summary: 'Let a disabled user sign in again',
    access: 'admin',
    params: userId,
    response: null,
    problems: ['user.missing'],
  }),
  limit: operation({
    id: 'limitUser',
    method: 'post',
    path: '/v1/users/:userId/limit',
    tag,
    summary: 'Limit the rows of a user’s reports, from their next attempt on',
    access: 'admin',
    params: userId,
    body: z.strictObject({ maxRows }).meta({ id: 'UserLimitInput' }),
    response: null,
    problems: ['user.missing'],
  }),
};

/** By the rules of those who send the mail: what only they refuse would be told in events. */
function takesMail(address: string): boolean {
  try {
    checkedMailbox({ address });
    return true;
  } catch (error) {
    if (error instanceof DeliveryError) return false;
    throw error;
  }
}
