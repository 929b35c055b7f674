import { inspect } from 'node:util';
import { connectEventStoreDb, EventStoreUrlError } from './connection';

describe('connectEventStoreDb', () => {
  it.each([
    'esdb://localhost:2113',
    'esdb://localhost:2113?tls=false',
    'esdb://admin:changeit@localhost:2113?tlsCAFile=',
    'esdb+discover://admin:changeit@cluster.example.org?nodePreference=leader&connectionName=reports',
    'kurrentdb://admin:changeit@one.example.org:2113,two.example.org:2113?keepAliveInterval=10000',
  ])('takes %s', (url) => {
    expect(() => connectEventStoreDb(url.replace('?tlsCAFile=', ''))).not.toThrow();
  });

  it('gives the credentials of the connection string to appends, as they were before they were encoded', () => {
    const { appendCredentials } = connectEventStoreDb('esdb://writer:p%40ss%2Fword@localhost:2113');
    expect(appendCredentials).toEqual({ username: 'writer', password: 'p@ss/word' });
  });

  it('leaves appends without credentials where a certificate speaks for the client', () => {
    expect(connectEventStoreDb('esdb://localhost:2113').appendCredentials).toBeUndefined();
  });

  it.each([
    ['an option that the client does not know', 'esdb://admin:hush@localhost:2113?tsl=false', 'tsl'],
    [
      'verification that cannot be switched off',
      'esdb://admin:hush@localhost:2113?tlsVerifyCert=false',
      'tlsVerifyCert',
    ],
    [
      'append failures that are no errors',
      'esdb://admin:hush@localhost?throwOnAppendFailure=false',
      'throwOnAppendFailure',
    ],
    ['a value that is no number', 'esdb://admin:hush@localhost:2113?keepAliveInterval=often', 'parsed'],
    ['a port that is no number', 'esdb://admin:hush@localhost:port', 'parsed'],
    ['a certificate that is not there', 'esdb://admin:hush@localhost?tlsCAFile=/no/such/file', 'not found'],
    ['another scheme', 'https://admin:hush@localhost:2113', 'expected'],
    ['no host', 'esdb://', 'expected'],
  ])('refuses %s, names it and never the password', (_, url, named) => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    let refusal: unknown;
    try {
      connectEventStoreDb(url);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(EventStoreUrlError);
    expect((refusal as Error).message).toContain(named);
    expect(inspect(refusal)).not.toContain('hush');
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
