import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { networkFailureOf } from './network-failure';

it.each([
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND db', 'host_not_found', /spelling/],
  ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN db', 'host_not_found', /spelling/],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1', 'refused', /port/],
  ['ETIMEDOUT', 'connect ETIMEDOUT', 'timeout', /firewall/],
  ['', 'timeout expired', 'timeout', /firewall/],
  ['', 'The server does not support SSL connections', 'tls', /does not speak TLS/],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'Server does not support secure connection', 'tls', /does not speak TLS/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', "the driver's own words", 'tls', /another host/],
  ['HANDSHAKE_SSL_ERROR', "Hostname/IP does not match certificate's altnames: x", 'tls', /another host/],
  ['CERT_HAS_EXPIRED', "the driver's own words", 'tls', /expired/],
  ['HANDSHAKE_SSL_ERROR', 'certificate has expired', 'tls', /expired/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'tls', /not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/],
  ['UNABLE_TO_GET_ISSUER_CERT', 'unable to get issuer certificate', 'tls', /not trusted/],
  ['HANDSHAKE_SSL_ERROR', 'unable to verify the first certificate', 'tls', /not trusted/],
])('%s, "%s" is %s', (code, text, reason, message) => {
  expect(networkFailureOf({ code, message: text })).toEqual({ reason, message: expect.stringMatching(message) });
});

it('is no TLS when something else answers', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const error: unknown = await once(client, 'secureConnect').catch((failure: unknown) => failure);
  server.close();
  expect(networkFailureOf(error)).toEqual({
    reason: 'tls',
    message: expect.stringMatching(/agrees on no TLS/),
  });
});

it.each([
  ['28P01', 'password authentication failed'],
  ['ER_ACCESS_DENIED_ERROR', 'Access denied'],
  ['', ''],
])('is not the network: %s', (code, text) => {
  expect(networkFailureOf({ code, message: text })).toBeNull();
});

it.each([null, undefined, 'text', 7, { code: 7 }])('is not what is no error: %j', (error) => {
  expect(networkFailureOf(error)).toBeNull();
});
