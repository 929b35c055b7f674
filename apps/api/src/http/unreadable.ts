import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Problem, problemDocument } from './problem';

/** Answers what is not even HTTP (a NUL in a header, a broken request line) with a problem, and closes the connection. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new Problem('request.malformed', 'This is not a request that HTTP/1.1 allows.');
  const body = JSON.stringify(problemDocument(problem, '/', randomUUID()));
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
