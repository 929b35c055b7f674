import { SignInLimits } from './sign-in-limits';

it('counts what failed, for each name and address', async () => {
  const limits = new SignInLimits({ perName: 2, perAddress: 4 });
  expect(await limits.begin('Anna', '::1')).toBeNull();
  expect(await limits.begin('anna', '::1')).toBeNull();
  expect(await limits.begin('ANNA', '::1')).toBeGreaterThan(800);
  expect(await limits.begin('anna', '::2')).toBeNull();
  expect(await limits.begin('ben', '::1')).toBeNull();
  // The address has had its four.
  expect(await limits.begin('cara', '::1')).toBeGreaterThan(800);
});

it('forgets the tries of a name that succeeds', async () => {
  const limits = new SignInLimits({ perName: 2, perAddress: 3 });
  for (let round = 0; round < 10; round += 1) {
    expect(await limits.begin('anna', '::1')).toBeNull();
    await limits.succeeded('anna', '::1');
  }
});
