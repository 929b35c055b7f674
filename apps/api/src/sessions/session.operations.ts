import { z } from 'zod';
import { ROLES } from '#access';
import { instant, uuid } from '../http/fields';
import { operation } from '../http/operation';

const tag = 'Sessions';

const signedInUser = z
  .object({ userId: uuid, username: z.string(), displayName: z.string(), role: z.enum(ROLES) })
  .meta({ id: 'SignedInUser' });

export const sessionOperations = {
  signIn: operation({
    id: 'signIn',
    method: 'post',
    path: '/v1/sessions',
    tag,
    summary: 'Sign in: gives a bearer token of 8 hours',
    access: 'public',
    body: z
      .strictObject({ username: z.string().min(1).max(256), password: z.string().min(1).max(1024) })
      .meta({ id: 'SignInInput' }),
    status: 201,
    response: z.object({ token: z.string(), expiresAt: instant, user: signedInUser }).meta({ id: 'SignIn' }),
    problems: ['session.refused', 'session.too_many_tries'],
  }),
  current: operation({
    id: 'getCurrentSession',
    method: 'get',
    path: '/v1/sessions/current',
    tag,
    summary: 'Who the token belongs to, and until when',
    response: z.object({ user: signedInUser, expiresAt: instant }).meta({ id: 'Session' }),
  }),
};
