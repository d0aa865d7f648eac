import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory, root } from '../../places.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

/**
 * The directory of the programs that the checks use from PyPI, such as `cfn-lint`. Installs them by itself, at the versions
 * of `requirements.txt`, into a place that git does not know; once for each state of that file. What cannot be installed is
 * an error: a check that is skipped finds nothing either.
 */
export async function pythonPrograms(): Promise<string> {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const environment = join(root, cacheDirectory, `python-${version}`);
  const programs = join(environment, 'bin');
  // Written last, so that half an environment is not taken for a whole one the next time.
  const complete = join(environment, 'complete.txt');
  if (existsSync(complete)) return programs;
  await rm(environment, { recursive: true, force: true });
  run('python3', ['-m', 'venv', environment]);
  run(join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  run(join(programs, 'python'), ['-m', 'pip', '--quiet', 'check']);
  await writeFile(complete, version);
  return programs;
}

/** Runs a program that says itself what is wrong; the error says which. */
export function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `it ended with ${status}`}`);
}
