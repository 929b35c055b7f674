import { errors, jwtVerify, SignJWT } from 'jose';
import type { UserId } from '#domain';

const ISSUER = 'report-scheduler';
const AUDIENCE = 'report-scheduler-api';
export const TOKEN_LIFETIME_MS = 8 * 60 * 60 * 1000;

/** What a valid token says. */
export interface TokenClaims {
  readonly userId: UserId;
  /** The user's token version when it was given out. */
  readonly version: number;
  readonly expiresAt: Date;
}

/** Sign-in tokens: JSON Web Tokens (RFC 7519) under HMAC with SHA-256. */
export class Tokens {
  private readonly key: Uint8Array;

  /** @param secret at least 32 characters; whoever knows it can make tokens */
  constructor(secret: string) {
    this.key = new TextEncoder().encode(secret);
  }

  async issue(
    userId: UserId,
    version: number,
    now: Date,
  ): Promise<{ readonly token: string; readonly expiresAt: Date }> {
    // A token's times are whole seconds.
    const issuedAt = Math.floor(now.getTime() / 1000);
    const expires = issuedAt + TOKEN_LIFETIME_MS / 1000;
    const token = await new SignJWT({ ver: version })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expires)
      .sign(this.key);
    return { token, expiresAt: new Date(expires * 1000) };
  }

  /** Null for a token that is forged, expired, or not one of ours. */
  async verify(token: string, now: Date): Promise<TokenClaims | null> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'iat', 'ver'],
        currentDate: now,
      });
      if (typeof payload.ver !== 'number' || payload.sub === undefined || payload.exp === undefined) return null;
      return { userId: payload.sub, version: payload.ver, expiresAt: new Date(payload.exp * 1000) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
