import { mysqlFailureOf } from './try-connection';

/** What the MariaDB of the other tests never says: MySQL's numbers, and those that take another host. */
it.each([
  [1040, 'busy', /no connection to spare/],
  [1129, 'refused', /FLUSH HOSTS/],
  [1130, 'sign_in', /from this host/],
  [1203, 'busy', /no connection to spare/],
  [1698, 'sign_in', /refuses the sign-in/],
  [1862, 'sign_in', /expired/],
  [3118, 'sign_in', /locked/],
  [3159, 'tls', /demands TLS/],
  [1064, 'other', /\(1064\)/],
])('the error %d of the server is %s', (errno, reason, message) => {
  const error = Object.assign(new Error('what the server says, which may hold an address'), { errno, code: 'ER_SOME' });
  expect(mysqlFailureOf(error)).toEqual({ reason, message: expect.stringMatching(message) });
});

it.each([
  ['HANDSHAKE_NO_SSL_SUPPORT', 'Server does not support secure connection', 'tls', /does not speak TLS/],
  ['MYSQL_CLEAR_PASSWORD_NOT_ENABLED', 'Server requested mysql_clear_password', 'sign_in', /another plugin/],
  ['PROTOCOL_CONNECTION_LOST', 'Connection lost', 'other', /failed \(PROTOCOL_CONNECTION_LOST\)/],
])('the error %s of the driver is what it is: "%s"', (code, text, reason, message) => {
  expect(mysqlFailureOf(Object.assign(new Error(text), { code }))).toEqual({
    reason,
    message: expect.stringMatching(message),
  });
});

it('an error without any code is told as well', () => {
  expect(mysqlFailureOf(new Error('?'))).toEqual({ reason: 'other', message: 'The connection failed.' });
});
