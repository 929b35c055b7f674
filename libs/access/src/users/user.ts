import type { UserId } from '#domain';

export const ROLES = ['admin', 'user'] as const;
export type Role = (typeof ROLES)[number];

/** A person who may sign in. */
export interface User {
  readonly userId: UserId;
  /** Unique without regard to case: ASCII letters, digits and `._@-`, at most 64. */
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
  /** The most rows of one report of theirs; null: no limit of their own. */
  readonly maxRows: number | null;
  /** Where notices go; null: they stand in the inbox alone. */
  readonly email: string | null;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

/** What decides about work in the name of a user who may sign in. */
export type ActiveUser = Pick<User, 'userId' | 'role' | 'maxRows'>;

/** In whose name a request is made. */
export type Caller = Pick<User, 'userId' | 'role' | 'username' | 'displayName'>;

/** Source of a username's pattern, for schemas. */
export const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
