import { createHmac } from 'node:crypto';
import type { Pool } from '#database';
import type { UserId } from '#domain';

/** An answer as it was given, to be given again. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type ReceiptState =
  /** Nothing was answered under this key yet: go on. A first try may have got half way; the streams know. */
  | { readonly kind: 'open' }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  /** The key came with another body before. */
  | { readonly kind: 'reused' };

const LIFETIME_HOURS = 24;
const SWEEP_EVERY_MS = 10 * 60 * 1000;

/** Remembers for 24 hours what was answered under an idempotency key. */
export class ReceiptStore {
  private sweptAt = 0;

  /** @param secret keys the hashes, so that a stored hash tells nothing about a body (it may hold a password) */
  constructor(
    private readonly pool: Pool,
    private readonly secret: string,
  ) {}

  /** Claims the key for the body, or tells what became of it. */
  async open(commandId: string, actor: UserId, body: unknown, now: Date): Promise<ReceiptState> {
    await this.sweep(now);
    const bodyHash = this.digest(canonicalJson(body ?? null));
    const { rows } = await this.pool.query<{
      same: boolean;
      status: number | null;
      headers: Record<string, string> | null;
      body: unknown;
    }>(
      `INSERT INTO access.receipt AS r (key_hash, actor, body_hash, expires_at)
       VALUES ($1, $2, $3, $4::timestamptz + interval '${LIFETIME_HOURS} hours')
       ON CONFLICT (key_hash) DO UPDATE SET
         body_hash  = CASE WHEN r.expires_at <= $4 THEN EXCLUDED.body_hash ELSE r.body_hash END,
         status     = CASE WHEN r.expires_at <= $4 THEN NULL ELSE r.status END,
         expires_at = CASE WHEN r.expires_at <= $4 THEN EXCLUDED.expires_at ELSE r.expires_at END
       RETURNING body_hash = $3 AS same, status, headers, body`,
      [this.digest(commandId), actor, bodyHash, now],
    );
    const row = rows[0];
    if (row && !row.same) return { kind: 'reused' };
    if (!row || row.status === null) return { kind: 'open' };
    return { kind: 'answered', answer: { status: row.status, headers: row.headers ?? {}, body: row.body } };
  }

  async keep(commandId: string, answer: StoredAnswer): Promise<void> {
    await this.pool.query('UPDATE access.receipt SET status = $2, headers = $3, body = $4 WHERE key_hash = $1', [
      this.digest(commandId),
      answer.status,
      JSON.stringify(answer.headers),
      JSON.stringify(answer.body ?? null),
    ]);
  }

  /** Frees a key whose command was refused, for nothing has happened under it. */
  async release(commandId: string): Promise<void> {
    await this.pool.query('DELETE FROM access.receipt WHERE key_hash = $1 AND status IS NULL', [
      this.digest(commandId),
    ]);
  }

  private async sweep(now: Date): Promise<void> {
    if (now.getTime() - this.sweptAt < SWEEP_EVERY_MS) return;
    this.sweptAt = now.getTime();
    await this.pool.query('DELETE FROM access.receipt WHERE expires_at <= $1', [now]);
  }

  private digest(text: string): Buffer {
    return createHmac('sha256', this.secret).update(text).digest();
  }
}

/** JSON whose keys stand in order, so that the same body has the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}
