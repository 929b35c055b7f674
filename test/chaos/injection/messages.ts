/** What the suite tells the module that it loads into a process beforehand, over the IPC channel. */
export type Injection =
  /** The disk below the folder has no room (`full`), or has room again. */
  | { readonly chaos: 'disk'; readonly full: boolean }
  /** The process's clock is wrong by so many milliseconds; 0 is right. */
  | { readonly chaos: 'clock'; readonly byMs: number };

/** The environment variable that names the folder whose disk may be full. */
export const DISK_FOLDER = 'CHAOS_DISK_FOLDER';

export function isInjection(message: unknown): message is Injection {
  return typeof message === 'object' && message !== null && 'chaos' in message;
}
