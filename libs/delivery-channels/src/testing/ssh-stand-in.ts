import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Server, utils, type Connection, type SFTPWrapper } from 'ssh2';
import { fingerprintOf } from '../sftp/sftp-session';

const { STATUS_CODE } = utils.sftp;

/** What a server in this process may be made to do wrong. */
export interface SshFaults {
  /** Drops the connection at the first write. */
  readonly dropsAtWrite?: boolean;
  /** Drops the connection when a file gets its name. */
  readonly dropsAtRename?: boolean;
  /** Loses the last byte of each file. */
  readonly losesBytes?: boolean;
  /** Says that it failed at each write, as a full disk makes OpenSSH do. */
  readonly isFull?: boolean;
  /** Asks for the password as a question instead. */
  readonly asks?: boolean;
}

export interface SshStandIn {
  readonly port: number;
  readonly hostKey: string;
  readonly password: string;
  readonly files: ReadonlyMap<string, Buffer>;
  close(): Promise<void>;
}

const keys = utils.generateKeyPairSync('ed25519');

/** An SFTP server of version 3 without any extension, with files in memory and sign-in by password. */
export async function startSshStandIn(faults: SshFaults = {}): Promise<SshStandIn> {
  const files = new Map<string, Buffer>();
  const connections = new Set<Connection>();
  const password = 'sftp-password-62';
  const server = new Server({ hostKeys: [keys.private] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      if (faults.asks === true && context.method === 'keyboard-interactive') {
        context.prompt(['Password: '], (answers) => (answers[0] === password ? context.accept() : context.reject()));
      } else if (faults.asks !== true && context.method === 'password' && context.password === password)
        context.accept();
      else context.reject([faults.asks === true ? 'keyboard-interactive' : 'password']);
    });
    connection.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => serve(acceptSftp(), files, faults, () => connection.end()));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const key = utils.parseKey(keys.public);
  if (key instanceof Error) throw key;
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: fingerprintOf(key.getPublicSSH()),
    password,
    files,
    async close() {
      for (const connection of connections) connection.end();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(sftp: SFTPWrapper, files: Map<string, Buffer>, faults: SshFaults, drop: () => void): void {
  const open = new Map<string, string>();
  const say = (id: number, code: number): void => sftp.status(id, code);
  sftp.on('OPEN', (id, path) => {
    const handle = Buffer.from(String(open.size));
    open.set(handle.toString(), path);
    files.set(path, Buffer.alloc(0));
    sftp.handle(id, handle);
  });
  sftp.on('WRITE', (id, handle, offset, data) => {
    if (faults.dropsAtWrite === true) {
      drop();
      return;
    }
    const path = open.get(handle.toString()) ?? '';
    const old = files.get(path) ?? Buffer.alloc(0);
    files.set(path, Buffer.concat([old.subarray(0, offset), data]));
    say(id, faults.isFull === true ? STATUS_CODE.FAILURE : STATUS_CODE.OK);
  });
  sftp.on('CLOSE', (id) => say(id, STATUS_CODE.OK));
  sftp.on('STAT', (id, path) => {
    const size = (files.get(path)?.length ?? 0) - (faults.losesBytes === true ? 1 : 0);
    sftp.attrs(id, { mode: 0o100644, uid: 0, gid: 0, size, atime: 0, mtime: 0 });
  });
  sftp.on('REMOVE', (id, path) => say(id, files.delete(path) ? STATUS_CODE.OK : STATUS_CODE.NO_SUCH_FILE));
  sftp.on('RENAME', (id, from, to) => {
    if (faults.dropsAtRename === true) {
      drop();
      return;
    }
    const content = files.get(from);
    // Version 3 replaces nothing.
    if (content === undefined || files.has(to)) {
      say(id, STATUS_CODE.FAILURE);
      return;
    }
    files.delete(from);
    files.set(to, content);
    say(id, STATUS_CODE.OK);
  });
}
