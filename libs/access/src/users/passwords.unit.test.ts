import { hashPassword, randomPassword, verifyPassword } from './passwords';

it('keeps argon2id hashes, each with a salt of its own', async () => {
  const [one, two] = await Promise.all([hashPassword('secret'), hashPassword('secret')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(two);
  expect(await verifyPassword(one, 'secret')).toBe(true);
  expect(await verifyPassword(one, 'Secret')).toBe(false);
});

it('takes a letter for the same however it was typed', async () => {
  expect(await verifyPassword(await hashPassword('Pa\u0308ssword'), 'P\u00e4ssword')).toBe(true);
});

it('works as hard for a user who is not there', async () => {
  const known = await hashPassword('secret');
  await verifyPassword(null, 'warm up');
  const timed = async (hash: string | null) => {
    const begun = performance.now();
    expect(await verifyPassword(hash, 'wrong')).toBe(false);
    return performance.now() - begun;
  };
  const quickest = { known: Infinity, unknown: Infinity };
  for (let round = 0; round < 5; round += 1) {
    quickest.known = Math.min(quickest.known, await timed(known));
    quickest.unknown = Math.min(quickest.unknown, await timed(null));
  }
  expect(quickest.unknown).toBeGreaterThan(quickest.known / 3);
});

it('makes passwords that nobody guesses', () => {
  const made = Array.from({ length: 50 }, randomPassword);
  expect(new Set(made).size).toBe(50);
  for (const password of made) expect(password).toMatch(/^[\w-]{24}$/);
});
