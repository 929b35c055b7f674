// Makes a checkout ready to run: right Node, packages installed, sources compiled. It runs before `npm start`, `npm test`
// and the like, so it uses nothing but Node itself, and costs nothing when all is in place.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const say = (line) => process.stdout.write(`${line}\n`);

/** What a person can put right; anything else is a fault of ours and shows its stack. */
class Obstacle extends Error {}

const minimum = [20, 19];
const sourceFolders = ['apps', 'libs', 'deploy', 'test'];
const work = at('.bootstrap');
const lock = join(work, 'lock');
/** A holder that has not renewed its lock for so long is dead, in milliseconds. */
const lockLife = 15_000;

try {
  checkNode();
  if (!isInstalled() || !isBuilt()) await alone(prepare);
} catch (error) {
  const known = explain(error);
  if (known === undefined) throw error;
  process.stderr.write(`${known}\n`);
  process.exitCode = 1;
}

async function prepare() {
  if (!isInstalled()) await install();
  if (!isBuilt()) await build();
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) return;
  throw new Obstacle(
    `Node ${minimum.join('.')} or newer is needed and this is ${process.versions.node}: install it from https://nodejs.org.`,
  );
}

/**
 * True when node_modules holds what the lock file asks for. npm writes down what it installed, at the very end, in
 * node_modules/.package-lock.json; only packages for other systems may be missing.
 */
function isInstalled() {
  const installed = readJson(at('node_modules', '.package-lock.json'))?.packages;
  const wanted = readJson(at('package-lock.json'))?.packages;
  if (!wanted)
    throw new Obstacle('package-lock.json is missing or damaged: get it back with "git checkout package-lock.json".');
  if (!installed || !existsSync(at('node_modules', '@swc', 'cli', 'bin', 'swc.js'))) return false;
  const asWanted = ([path, { version, optional, devOptional }]) => {
    if (path === '') return true; // this project itself
    return installed[path] ? installed[path].version === version : Boolean(optional || devOptional);
  };
  return Object.entries(wanted).every(asWanted) && Object.keys(installed).every((path) => wanted[path]);
}

async function install() {
  say('Installing the packages that the lock file names (half a minute, once)…');
  const npm = process.env.npm_execpath;
  const throughNpm = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm);
  // Development packages too, whatever NODE_ENV says: the compiler is one of them.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const code = await run(throughNpm ? process.execPath : 'npm', throughNpm ? [npm, ...args] : args, 'installing');
  if (code !== 0) {
    throw new Obstacle(
      'The packages could not be installed, for the reason that npm gives above: put that right and run this again.',
    );
  }
}

/** True when dist/ was made from exactly these sources. */
function isBuilt() {
  try {
    return readFileSync(at('dist', '.sources'), 'utf8') === fingerprint();
  } catch {
    return false;
  }
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const path of ['.swcrc', 'package-lock.json', 'deploy/bootstrap.mjs', ...sourceFolders.flatMap(sources)]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(at(path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function sources(folder) {
  if (!existsSync(at(folder))) return [];
  return readdirSync(at(folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sources(path);
      return path.endsWith('.ts') && !path.endsWith('.test.ts') ? [path] : [];
    });
}

/** Compiles beside dist/ and then changes places, so that a build that fails or is killed spoils nothing. */
async function build() {
  const started = Date.now();
  const fresh = join(work, 'dist');
  const old = join(work, 'old');
  rmSync(fresh, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
  const mark = fingerprint();
  const compiler = at('node_modules', '@swc', 'cli', 'bin', 'swc.js');
  const options = ['-d', fresh, '--extensions', '.ts', '--ignore', '**/*.test.ts', '--quiet'];
  const code = await run(
    process.execPath,
    [compiler, ...sourceFolders.filter((folder) => existsSync(at(folder))), ...options],
    'compiling',
  );
  if (code !== 0) throw new Obstacle('The sources do not compile, for the reason given above.');
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, '.sources'), mark);
  if (existsSync(at('dist'))) renameSync(at('dist'), old);
  renameSync(fresh, at('dist'));
  rmSync(old, { recursive: true, force: true });
  say(`Compiled in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

function run(program, args, doing) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const started = Date.now();
    const progress = setInterval(() => say(`… still ${doing}, ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
    const end = (settle) => (value) => {
      clearInterval(progress);
      settle(value);
    };
    child.once('error', end(reject));
    child.once('close', end(resolve));
  });
}

/** Two starts at once must not install or compile into the same folders: the second one waits for the first. */
async function alone(action) {
  mkdirSync(work, { recursive: true });
  for (let waits = 0; !acquire(); waits += 1) {
    if (waits === 0) say('Another start is preparing this checkout: waiting for it…');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const renewal = setInterval(() => utimesSync(lock, new Date(), new Date()), lockLife / 5);
  try {
    await action();
  } finally {
    clearInterval(renewal);
    rmSync(lock, { force: true });
  }
}

function acquire() {
  try {
    writeFileSync(lock, `${process.pid} ${Date.now()}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    removeStaleLock();
    return false;
  }
}

function removeStaleLock() {
  try {
    const holder = readFileSync(lock, 'utf8');
    const age = Date.now() - statSync(lock).mtimeMs;
    if (age < lockLife && isAlive(Number(holder.split(' ')[0]))) return;
    const aside = `${lock}.${process.pid}`;
    renameSync(lock, aside);
    // Another waiter may have been faster and hold the lock by now: give it back.
    const moved = readFileSync(aside, 'utf8');
    if (moved !== holder) writeFileSync(lock, moved, { flag: 'wx' });
    rmSync(aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error; // released meanwhile
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function explain(error) {
  if (error instanceof Obstacle) return error.message;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return `The disk of ${root} is full: free about 1 GB and run this again.`;
  if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
    return `${root} cannot be written by this user (${error.path ?? error.code}): correct its owner or rights, or clone the repository as this user.`;
  }
  return undefined;
}
