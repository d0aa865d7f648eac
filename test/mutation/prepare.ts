import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory, root } from '../../stack/places.ts';
import { run } from '../../stack/tools/python/environment.ts';

const packages = join(import.meta.dirname, 'stryker');
const pinned = ['package.json', 'package-lock.json'];

/** No test file needs as much of a processor; a loop that never ends would have one for ever. */
const processorSecondsMax = 60;

/** Where the mutation tester is. */
export interface Tester {
  /** The script that Node runs. */
  readonly command: string;
  /** What lets it run test files that print TAP. */
  readonly plugin: string;
  /** A directory whose `node` comes first in PATH: what runs in it ends after a bound of processor time. */
  readonly programs: string;
}

/**
 * The mutation tester, at the versions of `stryker/package-lock.json`. Installs it by itself the first time, away from the
 * project's packages: it is made for another major version of TypeScript than theirs.
 */
export async function tester(): Promise<Tester> {
  const version = createHash('sha256').update(process.execPath);
  for (const file of pinned) version.update(readFileSync(join(packages, file)));
  const directory = join(root, cacheDirectory, `stryker-${version.digest('hex').slice(0, 12)}`);
  const programs = join(directory, 'programs');
  const from = join(directory, 'node_modules', '@stryker-mutator');
  const found = {
    command: join(from, 'core', 'bin', 'stryker.js'),
    plugin: join(from, 'tap-runner', 'dist', 'src', 'index.js'),
    programs,
  };
  // Written last, so that half of it is never taken for all of it.
  const complete = join(directory, 'complete.txt');
  if (existsSync(complete)) return found;
  await rm(directory, { recursive: true, force: true });
  await mkdir(programs, { recursive: true });
  for (const file of pinned) await cp(join(packages, file), join(directory, file));
  run('npm', [
    'ci',
    '--prefix',
    directory,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel',
    'error',
  ]);
  // A mutant may loop for ever, and Stryker ends it with a signal that Node would handle between two turns of its loop.
  await writeFile(
    join(programs, 'node'),
    `#!/bin/sh\nulimit -t ${processorSecondsMax}\nexec '${process.execPath}' "$@"\n`,
  );
  await chmod(join(programs, 'node'), 0o755);
  await writeFile(complete, 'complete\n');
  return found;
}
