import { Cleanup } from './cleanup';

describe('Cleanup', () => {
  const failures: string[] = [];
  const taken: string[] = [];
  let cleanup: Cleanup;
  const step = (name: string) => () => {
    taken.push(name);
  };

  beforeEach(() => {
    failures.length = 0;
    taken.length = 0;
    cleanup = new Cleanup((name, error) => failures.push(`${name}: ${String(error)}`));
  });

  it('takes back the last first, and each once', async () => {
    cleanup.add('folder', step('folder'));
    cleanup.add('server', step('server'));
    await Promise.all([cleanup.run(), cleanup.run()]);
    await cleanup.run();
    expect(taken).toEqual(['server', 'folder']);
  });

  it('goes on after a step that failed, and tells of it', async () => {
    cleanup.add('folder', step('folder'));
    cleanup.add('server', () => Promise.reject(new Error('stuck')));
    await cleanup.run();
    expect(taken).toEqual(['folder']);
    expect(failures).toEqual(['server: Error: stuck']);
  });

  it('leaves out a step that was taken off', async () => {
    const forget = cleanup.add('program', step('program'));
    forget();
    forget();
    await cleanup.run();
    expect(taken).toEqual([]);
  });

  it('breaks off what is being started, and takes back what that still brought', async () => {
    const starting = new Promise<void>((resolve) => {
      cleanup.signal.addEventListener('abort', () => resolve());
    });
    cleanup.add('start', async () => {
      await starting;
      cleanup.add('late', step('late'));
    });
    await cleanup.run();
    expect(cleanup.signal.aborted).toBe(true);
    expect(taken).toEqual(['late']);
  });
});
