import { UnsubscribeLinks } from './unsubscribe-links';

const USER = 'a0000000-0000-4000-8000-000000000001';
const links = new UnsubscribeLinks('a secret that only this test knows, of some length');
const token = links.tokenOf({ userId: USER, kinds: ['failed', 'completed'] });

it('reads what it signed, and the same each time', () => {
  expect(links.read(token)).toEqual({ userId: USER, kinds: ['failed', 'completed'] });
  expect(links.tokenOf({ userId: USER, kinds: ['failed', 'completed'] })).toBe(token);
  expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
});
it.each([
  ['', 'an empty one'],
  ['.', 'one of nothing'],
  [token.slice(0, -1), 'a shortened one'],
  [`${token}.x`, 'one with more'],
  [`${Buffer.from(`${USER} failed template_invalid`).toString('base64url')}.${token.split('.')[1]}`, 'other contents'],
  ['\u0000😀.😀', 'nonsense'],
])('refuses %j: %s', (forged) => expect(links.read(forged)).toBeNull());
it('refuses what another secret signed', () => {
  const others = new UnsubscribeLinks('another secret that only this test knows');
  expect(links.read(others.tokenOf({ userId: USER, kinds: ['failed'] }))).toBeNull();
});
it('leaves out kinds that this release does not know', () => {
  const later = links.tokenOf({ userId: USER, kinds: ['failed', 'invented' as 'failed'] });
  expect(links.read(later)).toEqual({ userId: USER, kinds: ['failed'] });
});
