import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#platform';

const INSTALL_TIMEOUT_MS = 300_000;

/** A Python that has what a file of requirements names, kept between runs; or why there is none on this machine. */
export function pythonWith(requirements: string): { readonly python: string } | { readonly missing: string } {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const folder = join(packageRoot(), 'node_modules', '.cache', `python-${digest}`);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return { python };
  // What an interrupted run left is of no use.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const problem =
    run('python3', ['-m', 'venv', folder]) ??
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]);
  if (problem !== null) return { missing: problem };
  writeFileSync(complete, '');
  return { python };
}

function run(program: string, args: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
  if (error) return error.message;
  return status === 0 ? null : stderr.trim();
}
