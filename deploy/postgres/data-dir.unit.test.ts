import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { barrier, defaultDataDir, serverAccount, systemDataDir } from './data-dir';

const passwd = (...lines: string[]) => `root:x:0:0:root:/root:/bin/bash\n${lines.join('\n')}\n`;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-dir-'));
  chmodSync(folder, 0o755);
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe('the default data folder', () => {
  it('is what DATA_DIR says, else lies in the checkout', () => {
    expect(defaultDataDir({ DATA_DIR: 'here' }, folder)).toBe(resolve('here'));
    expect(defaultDataDir({ DATA_DIR: '' }, folder)).toBe(join(folder, '.data'));
    expect(defaultDataDir({}, folder)).toBe(join(folder, '.data'));
  });

  it("is the system's for root, where PostgreSQL's account cannot enter the checkout", () => {
    const home = join(folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    jest.spyOn(process, 'getuid').mockReturnValue(0);
    expect(defaultDataDir({}, join(home, 'checkout'))).toBe(systemDataDir);

    jest.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(defaultDataDir({}, join(home, 'checkout'))).toBe(join(home, 'checkout/.data'));
  });
});

describe("PostgreSQL's account", () => {
  it('is postgres, or nobody', () => {
    const nobody = 'nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false';
    const postgres = 'postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash';
    expect(serverAccount(passwd(nobody, postgres))).toEqual({ name: 'postgres', uid: 101, gid: 104 });
    expect(serverAccount(passwd(nobody))).toEqual({ name: 'nobody', uid: 4294967294, gid: 4294967294 });
  });

  it('is missed in one sentence', () => {
    expect(() => serverAccount(passwd())).toThrow(
      expect.objectContaining({
        code: 'postgres.platform_unsupported',
        message: expect.stringContaining('start as an ordinary user, or set DATABASE_URL'),
      }) as Error,
    );
  });
});

describe('a barrier', () => {
  const stranger = { name: 'stranger', uid: 4242, gid: 4242 };
  const inner = () => join(folder, 'closed/open/missing');

  it('is the nearest folder that the account may not enter', () => {
    mkdirSync(join(folder, 'closed/open'), { recursive: true });
    expect(barrier(inner(), stranger)).toBeUndefined();
    chmodSync(join(folder, 'closed'), 0o750);
    expect(barrier(inner(), stranger)).toBe(join(folder, 'closed'));
  });

  it('asks for the bit of the owner, the group or the others', () => {
    mkdirSync(join(folder, 'closed/open'), { recursive: true });
    const { uid, gid } = userInfo();
    chmodSync(join(folder, 'closed'), 0o700);
    expect(barrier(inner(), { name: 'owner', uid, gid })).toBeUndefined();
    expect(barrier(inner(), { name: 'member', uid: 4242, gid })).toBe(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o710);
    expect(barrier(inner(), { name: 'member', uid: 4242, gid })).toBeUndefined();
    expect(barrier(inner(), stranger)).toBe(join(folder, 'closed'));
  });
});
