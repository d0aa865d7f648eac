import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory, root } from '../../places.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

/**
 * The directory of the programs that the checks use from PyPI, such as `cfn-lint`. Installs them by itself, at the versions
 * of `requirements.txt`, into a place that git does not know; once for each state of that file, version of Python and place of
 * the checkout, which the programs have in them. What cannot be installed is an error: a check that is skipped finds nothing
 * either.
 */
export async function pythonPrograms(): Promise<string> {
  const version = createHash('sha256')
    .update(readFileSync(requirements))
    .update(pythonVersion())
    .update(root)
    .digest('hex')
    .slice(0, 12);
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

function pythonVersion(): string {
  const { stdout, error } = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  if (error) refuse('python3', error);
  return stdout;
}

/** Runs a program that says itself what is wrong; the error says which. */
export function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  if (error) refuse(command, error);
  throw new Error(`${command} ${args.join(' ')}: it ended with ${status}`);
}

/** @throws Error saying what to install where a program is not there */
function refuse(command: string, error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw new Error(`${command}: ${error.message}`);
  throw new Error(
    `there is no ${command}: cfn-lint, moto and the AWS CLI are programs of Python; ` +
      'on Debian and Ubuntu, apt-get install python3 python3-venv',
  );
}
