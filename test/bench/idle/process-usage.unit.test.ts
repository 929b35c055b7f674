import { cpuMs, familyCpuMs, parseStat, rssMib } from './process-usage';

describe('parseStat', () => {
  it('reads parent and times behind a name with blanks and brackets', () => {
    const line =
      '4711 (pg (main) x) S 42 4711 4711 0 -1 4194560 5120 900 3 0 250 75 31 9 20 0 11 0 8675309 1090 512 18446744073709551615';
    expect(parseStat(line)).toEqual({ parent: 42, cpuMs: 3250, endedChildrenCpuMs: 400 });
  });
});

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('of this process', () => {
  it('tells about as much CPU time as the process itself knows of', () => {
    const { user, system } = process.cpuUsage();
    const told = cpuMs(process.pid);
    // Cut to hundredths of a second, user and system each.
    expect(told).toBeGreaterThanOrEqual((user + system) / 1000 - 20);
    expect(familyCpuMs(process.pid)).toBeGreaterThanOrEqual(told);
  });

  it('tells its memory', () => {
    expect(rssMib(process.pid)).toBeGreaterThan(10);
  });

  it('refuses a process that is not there', () => {
    expect(() => cpuMs(2 ** 30)).toThrow('ENOENT');
  });
});
