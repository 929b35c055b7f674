import { Supervisor } from './supervisor';

/** A child that says it is ready and then does what the script says, for as long as its supervisor lives. */
const child = (script: string): readonly string[] => [
  '-e',
  `process.once('disconnect', () => process.exit()); process.send('ready'); ${script}`,
];

/** Collects lines and lets a test wait for one. */
function output() {
  const lines: string[] = [];
  let waiting: { readonly part: string; readonly resolve: (line: string) => void }[] = [];
  const write = (line: string): void => {
    lines.push(line);
    waiting = waiting.filter(({ part, resolve }) => {
      if (!line.includes(part)) return true;
      resolve(line);
      return false;
    });
  };
  const until = (part: string): Promise<string> => new Promise((resolve) => waiting.push({ part, resolve }));
  return { lines, write, until };
}

const env = { PATH: process.env.PATH };

describe('Supervisor', () => {
  it('labels the lines of each process, up to its last one', async () => {
    const { lines, write, until } = output();
    const supervisor = new Supervisor(['api', 'relay.1'], write);
    const said = [until('api     | up'), until('relay.1 | trouble')];
    const stopping = `process.on('SIGTERM', () => { process.stdout.write('stopping'); process.disconnect(); });`;
    await supervisor.start({ name: 'api', env, args: child(`console.log('up'); ${stopping}`) });
    await supervisor.start({ name: 'relay.1', env, args: child(`console.error('trouble')`) });
    await Promise.all(said);
    await supervisor.stop();
    expect(lines).toContain('api     | stopping');
  });

  it('starts a process that was killed again, under another process id', async () => {
    const { write, until } = output();
    const supervisor = new Supervisor(['exporter.1'], write);
    const up = until('exporter.1 | up');
    await supervisor.start({ name: 'exporter.1', env, args: child(`console.log('up')`) });
    await up;
    const first = supervisor.pidOf('exporter.1') ?? 0;
    const [ended, upAgain] = [until('ended (SIGKILL)'), until('exporter.1 | up')];
    process.kill(first, 'SIGKILL');
    expect(await ended).toContain('it starts again in 0.5 s');
    await upAgain;
    expect(supervisor.pidOf('exporter.1')).not.toBe(first);
    await supervisor.stop();
    expect(supervisor.pidOf('exporter.1')).toBeUndefined();
  });

  it('refuses a process that ends before it was ready', async () => {
    const supervisor = new Supervisor(['api'], () => undefined);
    const started = supervisor.start({ name: 'api', env, args: ['-e', 'process.exit(3)'] });
    await expect(started).rejects.toThrow('api ended (exit code 3) before it was ready');
    await supervisor.stop();
  });
});
