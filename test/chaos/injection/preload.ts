// Loaded into a process of the product by `node --require`, before anything of the product: it changes what the ports for clock and
// files stand on, so that the product needs no door for it. Nothing in the product knows of it.
import fileSystem from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import { shiftedDate } from './clock';
import { limitDisk } from './full-disk';
import { DISK_FOLDER, isInjection } from './messages';

let full = false;
let clockByMs = 0;

// Threads inherit the option, but no channel.
if (isMainThread) {
  const folder = process.env[DISK_FOLDER];
  if (folder !== undefined) limitDisk(fileSystem, folder, () => full);
  globalThis.Date = shiftedDate(Date, () => clockByMs);
  process.on('message', (message) => {
    if (!isInjection(message)) return;
    if (message.chaos === 'disk') full = message.full;
    else clockByMs = message.byMs;
  });
}
