import { UnsubscribeLinks } from './unsubscribe-links';

const USER = 'a0000000-0000-4000-8000-000000000001';
const links = new UnsubscribeLinks('a secret that only this test knows, of some length');
const SENT = new Date('2026-11-23T12:00:00.000Z');
const later = (days: number) => new Date(SENT.getTime() + days * 86_400_000);
const token = links.tokenOf({ userId: USER, kinds: ['failed', 'completed'] }, SENT);

it('reads what it signed, and the same each time', () => {
  expect(links.read(token, SENT)).toEqual({ userId: USER, kinds: ['failed', 'completed'], expired: false });
  expect(links.tokenOf({ userId: USER, kinds: ['failed', 'completed'] }, SENT)).toBe(token);
  expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
});
it.each([
  ['', 'an empty one'],
  ['.', 'one of nothing'],
  [token.slice(0, -1), 'a shortened one'],
  [`${token}.x`, 'one with more'],
  [
    `${Buffer.from(`${USER} 4000000000 failed completed`).toString('base64url')}.${token.split('.')[1]}`,
    'other contents',
  ],
  ['\u0000😀.😀', 'nonsense'],
])('refuses %j: %s', (forged) => expect(links.read(forged, SENT)).toBeNull());
it('refuses what another secret signed', () => {
  const others = new UnsubscribeLinks('another secret that only this test knows');
  expect(links.read(others.tokenOf({ userId: USER, kinds: ['failed'] }, SENT), SENT)).toBeNull();
});
it('leaves out kinds that this release does not know', () => {
  const newer = links.tokenOf({ userId: USER, kinds: ['failed', 'invented' as 'failed'] }, SENT);
  expect(links.read(newer, SENT)).toMatchObject({ userId: USER, kinds: ['failed'] });
});
it('is over sixty days after its mail, and no earlier', () => {
  expect(links.read(token, later(59.99))).toMatchObject({ expired: false });
  expect(links.read(token, later(60))).toMatchObject({ userId: USER, expired: true });
});
