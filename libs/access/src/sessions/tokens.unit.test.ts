import { SignJWT } from 'jose';
import { TOKEN_LIFETIME_MS, Tokens } from './tokens';

const SECRET = 'one secret of more than 32 characters';
const USER = 'a0000000-0000-4000-8000-000000000001';
const now = new Date('2026-11-23T12:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const tokens = new Tokens(SECRET);

it('tells whose it is, for 8 hours', async () => {
  const { token, expiresAt } = await tokens.issue(USER, 3, now);
  expect(expiresAt).toEqual(later(TOKEN_LIFETIME_MS));
  expect(TOKEN_LIFETIME_MS).toBe(8 * 3_600_000);
  expect(await tokens.verify(token, later(TOKEN_LIFETIME_MS - 1000))).toEqual({ userId: USER, version: 3, expiresAt });
  expect(await tokens.verify(token, later(TOKEN_LIFETIME_MS + 1000))).toBeNull();
});

it('is void when it was changed, made with another secret, or in another way', async () => {
  const { token } = await tokens.issue(USER, 1, now);
  expect(await new Tokens('another secret of more than 32 characters').verify(token, now)).toBeNull();
  const [head = '', body = '', signature = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ sub: 'x', ver: 1, exp: 9e9, iat: 1 })).toString('base64url');
  expect(await tokens.verify(`${head}.${forged}.${signature}`, now)).toBeNull();
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  expect(await tokens.verify(`${none}.${body}.`, now)).toBeNull();
  for (const text of ['', 'x', 'a.b.c']) expect(await tokens.verify(text, now)).toBeNull();
});

it('is void when it was made for something else', async () => {
  const key = new TextEncoder().encode(SECRET);
  const other = await new SignJWT({ ver: 1 })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(USER)
    .setIssuer('report-scheduler')
    .setAudience('somebody else')
    .setIssuedAt(now)
    .setExpirationTime(later(1000))
    .sign(key);
  expect(await tokens.verify(other, now)).toBeNull();
});
