import { EmbeddedPostgresError, explainFailure } from './errors';

const system = (code: string) => Object.assign(new Error(`${code}: from the system`), { code });

describe('a failure', () => {
  it.each([
    [system('ENOSPC'), 'postgres.disk_full'],
    [system('EDQUOT'), 'postgres.disk_full'],
    [new Error('initdb: error: could not write file "x": No space left on device'), 'postgres.disk_full'],
    [system('EACCES'), 'postgres.folder_not_writable'],
    [system('EROFS'), 'postgres.folder_not_writable'],
    [
      new Error('FATAL:  could not create lock file "postmaster.pid": Permission denied'),
      'postgres.folder_not_writable',
    ],
    [
      new Error(
        'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nHINT:  Is another postmaster already running on port 5555? If not, wait',
      ),
      'postgres.port_in_use',
    ],
    [new Error('anything else'), 'postgres.start_failed'],
  ])('%s has the code %s', (cause, code) => {
    const error = explainFailure(cause, '/data');
    expect(error).toMatchObject({ code, cause });
    expect(error.message).not.toContain('\n');
  });

  it('says what to do', () => {
    expect(explainFailure(system('ENOSPC'), '/data').message).toBe(
      'The disk of /data is full: free some space, or set DATA_DIR to another disk.',
    );
  });

  it('quotes the last complaint of the server, not its advice', () => {
    const output = 'LOG:  starting\nFATAL:  data directory "/data" has invalid permissions\nDETAIL:  should be u=rwx\n';
    expect(explainFailure(new Error(output), '/data').message).toBe(
      'PostgreSQL could not start in /data: FATAL:  data directory "/data" has invalid permissions',
    );
  });

  it('is left as it is when it has a code already', () => {
    const error = new EmbeddedPostgresError('postgres.other_version', 'said');
    expect(explainFailure(error, '/data')).toBe(error);
  });
});
