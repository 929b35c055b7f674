import { TIMED_OUT, type ConnectionFailure } from './connection-test';

/** As Node.js names what is wrong with a certificate, apart from the handshake: OpenSSL's `X509_V_ERR_…` and its own. */
const CERTIFICATE_CODES = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;
const HANDSHAKE_CODES = /^(ERR_(TLS|SSL)_|EPROTO$|HANDSHAKE_SSL_)/;

/**
 * What Node.js says of names, addresses and certificates, for whoever set a connection up. Null for what is none of the network's, which
 * the database has words for. A driver may put a code of its own in the place of Node's, so the message counts as well.
 */
export function networkFailureOf(error: unknown): ConnectionFailure | null {
  const [code, text] = [fieldOf(error, 'code'), fieldOf(error, 'message')];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { reason: 'host_not_found', message: 'The name of the host is not known: check its spelling.' };
  }
  if (code === 'ECONNREFUSED') {
    return { reason: 'refused', message: 'The host refuses the connection: check the port, and that the server runs.' };
  }
  if (code === 'ETIMEDOUT' || /timeout/i.test(text)) return TIMED_OUT;
  const message = tlsMessage(code, text);
  return message === null ? null : { reason: 'tls', message };
}

function tlsMessage(code: string, text: string): string | null {
  const said = code === '' ? '' : ` (${code})`;
  if (/does not support (SSL|secure connection)/.test(text)) return 'The server does not speak TLS.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || /does not match certificate/.test(text)) {
    return 'The certificate of the server is for another host name.';
  }
  if (code === 'CERT_HAS_EXPIRED' || /certificate has expired/.test(text)) {
    return 'The certificate of the server has expired.';
  }
  if (CERTIFICATE_CODES.test(code) || (HANDSHAKE_CODES.test(code) && /certificate/.test(text))) {
    return `The certificate of the server is not trusted${said}: give the certificate that signed it.`;
  }
  return HANDSHAKE_CODES.test(code) || /\bSSL\b/.test(text)
    ? `The server agrees on no TLS${said}: is it another port?`
    : null;
}

/** Empty where there is none. An error of Node's own is not always an `instanceof Error`: tests run in a realm apart. */
function fieldOf(error: unknown, field: 'code' | 'message'): string {
  const value = typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>)[field] : '';
  return typeof value === 'string' ? value : '';
}
