import { Cleanup } from './cleanup';
import { connectionEnvironment, findProgram, runProgram } from './programs';

const cleanup = new Cleanup(() => undefined);

describe('findProgram', () => {
  it('finds what is installed, and nothing else', () => {
    expect(findProgram('sh')).toMatch(/\/sh$/);
    expect(findProgram('no-such-program')).toBeUndefined();
  });
});

describe('connectionEnvironment', () => {
  it('takes a connection URL apart', () => {
    expect(connectionEnvironment('postgres://some%40one:p%2Fw@127.0.0.1:5433/data%20base')).toEqual({
      PGHOST: '127.0.0.1',
      PGPORT: '5433',
      PGUSER: 'some@one',
      PGPASSWORD: 'p/w',
      PGDATABASE: 'data base',
    });
  });
});

describe('runProgram', () => {
  it('gives what was printed, under its own environment alone', async () => {
    const { stdout } = await runProgram(process.execPath, ['-e', 'console.log(process.env.A, process.env.NODE_ENV)'], {
      env: { A: 'b' },
      cleanup,
    });
    expect(stdout).toBe('b undefined\n');
  });

  it('says what a failed program complained about', async () => {
    const program = 'console.error("first"); console.error("it is broken"); process.exit(3)';
    await expect(runProgram(process.execPath, ['-e', program], { cleanup })).rejects.toThrow(
      /ended with 3: it is broken$/,
    );
  });

  it('says that a program is missing', async () => {
    await expect(runProgram('/no/such/program', [], { cleanup })).rejects.toThrow('ENOENT');
  });

  it('is ended by the clean-up', async () => {
    const interrupted = new Cleanup(() => undefined);
    const running = runProgram(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { cleanup: interrupted });
    const ended = expect(running).rejects.toThrow('ended with SIGKILL');
    await interrupted.run();
    await ended;
  });
});
