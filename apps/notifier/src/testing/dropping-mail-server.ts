import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Takes a mail whole and drops the connection instead of its answer. */
export async function startDroppingMailServer(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 hi\r\n');
    let mail = false;
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if (mail) {
        if (text.endsWith('\r\n.\r\n')) socket.destroy();
        return;
      }
      mail = text.startsWith('DATA');
      socket.write(mail ? '354 go\r\n' : '250 ok\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
