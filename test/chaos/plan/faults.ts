import type { ProcessName } from './processes';

/** The harm that is done. All times are milliseconds. */
export type Fault =
  /** SIGKILL to a process, which is started again after a while. */
  | { readonly kind: 'kill'; readonly target: ProcessName; readonly restartMs: number }
  /** SIGSTOP to a process for less than a lease, then SIGCONT. */
  | { readonly kind: 'short_stop'; readonly target: ProcessName; readonly forMs: number }
  /** The same for longer than a lease: others take its work over, and it goes on as if nothing had been. */
  | { readonly kind: 'long_stop'; readonly target: ProcessName; readonly forMs: number }
  /** PostgreSQL ends its sessions, writes a checkpoint and comes back. */
  | { readonly kind: 'postgres_fast_restart'; readonly awayMs: number }
  /** PostgreSQL breaks off, as in a crash, and recovers from its log. */
  | { readonly kind: 'postgres_immediate_restart'; readonly awayMs: number }
  /** What a process and PostgreSQL tell each other takes longer, each chunk by `delayMs`. */
  | { readonly kind: 'link_delay'; readonly target: ProcessName; readonly delayMs: number; readonly forMs: number }
  /** All connections of a process to PostgreSQL are reset, and new ones as well. */
  | { readonly kind: 'link_cut'; readonly target: ProcessName; readonly forMs: number }
  /** One side of each connection hears that it has ended, the other hears nothing at all. */
  | {
      readonly kind: 'link_half_close';
      readonly target: ProcessName;
      readonly told: LinkSide;
      readonly forMs: number;
    }
  /** The file store of a process has no room left (ENOSPC), also amid a file. */
  | { readonly kind: 'disk_full'; readonly target: ProcessName; readonly forMs: number }
  /** The clock of a process is wrong. */
  | { readonly kind: 'clock_jump'; readonly target: ProcessName; readonly byMs: number; readonly forMs: number }
  /** Whoever is sent files or mails has no time: 500, and 451 of SMTP. */
  | { readonly kind: 'outside_refuses'; readonly forMs: number }
  /** Whoever is sent files or mails hangs up instead of an answer. */
  | { readonly kind: 'outside_hangs_up'; readonly forMs: number }
  /** Whoever is sent files or mails answers after `delayMs`. */
  | { readonly kind: 'outside_slow'; readonly delayMs: number; readonly forMs: number }
  /** SIGKILL to an exporter that runs a job, with nothing else wrong: how soon another one has the job is measured. */
  | { readonly kind: 'worker_loss'; readonly target: ProcessName }
  /** SIGKILL to every process and PostgreSQL at once; how soon the next job starts is measured. */
  | { readonly kind: 'power_loss' };

export type LinkSide = 'app' | 'database';
export type FaultKind = Fault['kind'];

export interface PlannedFault {
  /** Milliseconds after the faults begin. */
  readonly atMs: number;
  readonly fault: Fault;
}

export const FAULT_KINDS = [
  'kill',
  'short_stop',
  'long_stop',
  'postgres_fast_restart',
  'postgres_immediate_restart',
  'link_delay',
  'link_cut',
  'link_half_close',
  'disk_full',
  'clock_jump',
  'outside_refuses',
  'outside_hangs_up',
  'outside_slow',
  'worker_loss',
  'power_loss',
] as const satisfies readonly FaultKind[];
