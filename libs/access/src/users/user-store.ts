import type { Pool } from '#database';
import type { UserId } from '#domain';
import type { ActiveUser, Role, User } from './user';

/** A user with what only signing in needs. */
export interface UserSecrets extends User {
  readonly passwordHash: string;
  /** Tokens of another version are void. */
  readonly tokenVersion: number;
}

export interface NewUser {
  readonly userId: UserId;
  readonly username: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly role: Role;
  /** The most rows of one report of theirs; left out or null: no limit of their own. */
  readonly maxRows?: number | null;
  /** Left out or null: none. */
  readonly email?: string | null;
  readonly createdAt: Date;
}

interface Row {
  user_id: string;
  username: string;
  display_name: string;
  password_hash: string;
  role: Role;
  token_version: number;
  max_rows: number | null;
  email: string | null;
  disabled_at: Date | null;
  created_at: Date;
}

const COLUMNS =
  'user_id, username, display_name, password_hash, role, token_version, max_rows, email, disabled_at, created_at';

/** The rows of `access.user_account`. */
export class UserStore {
  constructor(private readonly pool: Pool) {}

  async byId(userId: UserId): Promise<UserSecrets | null> {
    return this.one({
      name: 'user-by-id',
      text: `SELECT ${COLUMNS} FROM access.user_account WHERE user_id = $1`,
      values: [userId],
    });
  }

  async byUsername(username: string): Promise<UserSecrets | null> {
    return this.one({
      text: `SELECT ${COLUMNS} FROM access.user_account WHERE lower(username) = lower($1)`,
      values: [username],
    });
  }

  /**
   * Users by username, of whom username or display name contains the text.
   *
   * @param after  username after which the page begins, `''` for the first
   * @param limit  most users given
   */
  async list(options: {
    readonly search: string;
    readonly enabledOnly: boolean;
    readonly after: string;
    readonly limit: number;
  }): Promise<User[]> {
    const { rows } = await this.pool.query<Row>(
      `SELECT ${COLUMNS} FROM access.user_account
       WHERE (strpos(lower(username), lower($1)) > 0 OR strpos(lower(display_name), lower($1)) > 0)
         AND (disabled_at IS NULL OR NOT $2) AND lower(username) > lower($3)
       ORDER BY lower(username) LIMIT $4`,
      [options.search, options.enabledOnly, options.after, options.limit],
    );
    return rows.map((row) => withoutSecrets(fromRow(row)));
  }

  /** `repeated`: the user stands there already under this id. `username_taken`: somebody else has the name. */
  async add(user: NewUser): Promise<'added' | 'repeated' | 'username_taken'> {
    const { rowCount } = await this.pool.query(
      `INSERT INTO access.user_account (user_id, username, display_name, password_hash, role, max_rows, email, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [
        ...[user.userId, user.username, user.displayName, user.passwordHash, user.role],
        ...[user.maxRows ?? null, user.email ?? null, user.createdAt],
      ],
    );
    if (rowCount === 1) return 'added';
    return (await this.byId(user.userId)) ? 'repeated' : 'username_taken';
  }

  /** Sets the password and voids every token given out before. */
  async setPassword(userId: UserId, passwordHash: string): Promise<void> {
    await this.pool.query(
      'UPDATE access.user_account SET password_hash = $2, token_version = token_version + 1 WHERE user_id = $1',
      [userId, passwordHash],
    );
  }

  /** Lets nobody sign in as the user any more and voids the tokens. `last_admin`: nobody else could manage users. */
  async disable(userId: UserId, at: Date): Promise<'done' | 'last_admin'> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      // Two admins who disable each other at once would leave none: both first take the same rows in the same order.
      const { rows } = await client.query<{ user_id: string }>(
        `SELECT user_id FROM access.user_account WHERE role = 'admin' AND disabled_at IS NULL
         ORDER BY user_id FOR UPDATE`,
      );
      const last = rows.length === 1 && rows[0]?.user_id === userId;
      if (!last) {
        await client.query(
          `UPDATE access.user_account SET disabled_at = $2, token_version = token_version + 1
           WHERE user_id = $1 AND disabled_at IS NULL`,
          [userId, at],
        );
      }
      await client.query('COMMIT');
      return last ? 'last_admin' : 'done';
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  async enable(userId: UserId): Promise<void> {
    await this.pool.query('UPDATE access.user_account SET disabled_at = NULL WHERE user_id = $1', [userId]);
  }

  /** Users as they may act now, in the order given; null: one who is disabled, or whom nobody added. */
  async active(userIds: readonly UserId[]): Promise<readonly (ActiveUser | null)[]> {
    const { rows } = await this.pool.query<Pick<Row, 'user_id' | 'role' | 'max_rows'>>({
      name: 'active-users',
      text: 'SELECT user_id, role, max_rows FROM access.user_account WHERE user_id = ANY ($1::uuid[]) AND disabled_at IS NULL',
      values: [userIds],
    });
    const users = new Map(
      rows.map(({ user_id: userId, role, max_rows: maxRows }) => [userId, { userId, role, maxRows }]),
    );
    return userIds.map((userId) => users.get(userId) ?? null);
  }

  /** @param maxRows at least 1; null takes the limit away */
  async limit(userId: UserId, maxRows: number | null): Promise<void> {
    await this.pool.query('UPDATE access.user_account SET max_rows = $2 WHERE user_id = $1', [userId, maxRows]);
  }

  /** @param email null takes it away */
  async setEmail(userId: UserId, email: string | null): Promise<void> {
    await this.pool.query('UPDATE access.user_account SET email = $2 WHERE user_id = $1', [userId, email]);
  }

  private async one(query: { name?: string; text: string; values: unknown[] }): Promise<UserSecrets | null> {
    const { rows } = await this.pool.query<Row>(query);
    return rows[0] ? fromRow(rows[0]) : null;
  }
}

function fromRow(row: Row): UserSecrets {
  return {
    userId: row.user_id,
    username: row.username,
    displayName: row.display_name,
    passwordHash: row.password_hash,
    role: row.role,
    tokenVersion: row.token_version,
    maxRows: row.max_rows,
    email: row.email,
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
  };
}

/** The user as others may see them. */
export function withoutSecrets(user: UserSecrets): User {
  const { userId, username, displayName, role, maxRows, email, disabledAt, createdAt } = user;
  return { userId, username, displayName, role, maxRows, email, disabledAt, createdAt };
}
