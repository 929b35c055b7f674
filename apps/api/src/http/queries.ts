import type { Caller } from '#access';
import type { Viewer } from '#read-models';
import type { Answer, AnyCall } from './operation';
import { entityTag } from './request-headers';

export function viewerOf({ userId, role }: Caller): Viewer {
  return { userId, isAdmin: role === 'admin' };
}

/** One resource with its revision as ETag; 304 when the caller has just that one. */
export function readOne<Body extends { readonly revision: number }>(
  { ifNoneMatch }: Pick<AnyCall, 'ifNoneMatch'>,
  body: Body,
): Answer<Body> {
  const headers = { ETag: entityTag(body.revision) };
  const unchanged = ifNoneMatch === 'any' || (ifNoneMatch?.includes(body.revision) ?? false);
  return unchanged ? { status: 304, headers, body } : { headers, body };
}
