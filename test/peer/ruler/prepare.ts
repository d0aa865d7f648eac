import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheDirectory, root } from '../../../stack/places.ts';

const pom = join(import.meta.dirname, 'pom.xml');
const program = join(import.meta.dirname, 'Judge.java');

/**
 * The class path of the program that judges with AWS's own rule engine. Fetches the engine from Maven Central at the version
 * of `pom.xml` and compiles the program, once for each state of both.
 * @throws Error with what to install, where a JDK or Maven is missing
 */
export async function prepareRuler(): Promise<string> {
  const contents = createHash('sha256').update(readFileSync(pom)).update(readFileSync(program));
  const directory = join(root, cacheDirectory, `ruler-${contents.digest('hex').slice(0, 12)}`);
  const classPath = [join(directory, 'classes'), join(directory, 'libraries', '*')].join(delimiter);
  if (existsSync(directory)) return classPath;
  // It gets its name when it is whole, so that half of it is never taken for all of it.
  await mkdir(join(root, cacheDirectory), { recursive: true });
  const unfinished = await mkdtemp(`${directory}-unfinished-`);
  // As a directory that anyone makes: another user may run what this one prepared.
  await chmod(unfinished, 0o755);
  const libraries = join(unfinished, 'libraries');
  try {
    await cp(pom, join(unfinished, 'pom.xml'));
    const fetching = [
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${libraries}`,
    ];
    run('mvn', ['--quiet', '--batch-mode', '--file', join(unfinished, 'pom.xml'), ...fetching]);
    const compiling = ['--release', '11', '-d', join(unfinished, 'classes')];
    run('javac', [...compiling, '-cp', join(libraries, '*'), program]);
    await rename(unfinished, directory).catch((fault: unknown) => {
      if (!existsSync(directory)) throw fault;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return classPath;
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw missing(command);
  const said = error?.message ?? `it ended with ${status}:\n${stdout}${stderr}`;
  throw new Error(`${command} ${args.join(' ')}: ${said}`);
}

/** What to say where one of Java's programs is not there. */
export function missing(command: string): Error {
  return new Error(
    `there is no ${command}: AWS's event-ruler judges event patterns with a JDK (11 or later) and Maven; ` +
      'on Debian and Ubuntu, apt-get install default-jdk-headless maven',
  );
}
