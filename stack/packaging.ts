import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleDirectory, cacheDirectory, root } from './places.ts';

/** `serverless package` failed; the message is what it printed. */
export class PackagingFailed extends Error {
  override readonly name = 'PackagingFailed';
}

/** What a Region gets: the whole of Lifeboat, or what looks and forwards. */
export type ServiceFile = 'serverless.yml' | 'serverless.witness.yml';

/** What a packaging run must not see: its own results, and what only changes under its hands. */
const notLinked = new Set(['.git', '.serverless', cacheDirectory, bundleDirectory, 'out']);

/**
 * Runs `serverless package` in a directory of its own and hands over the path of the template that it wrote, in the same
 * file system as `cacheDir`; afterwards the directory is gone. osls writes and deletes `.serverless` where it runs, so that
 * two runs in one place would spoil each other. It needs no network, no credentials and no writable home.
 * @throws PackagingFailed
 */
export async function packageApart<T>(
  cacheDir: string,
  config: ServiceFile,
  environment: Readonly<Record<string, string>>,
  use: (templatePath: string, directory: string) => Promise<T>,
): Promise<T> {
  await mkdir(cacheDir, { recursive: true });
  const directory = await mkdtemp(join(cacheDir, 'packaging-'));
  try {
    for (const name of await readdir(root)) {
      if (!notLinked.has(name) && name !== config) await symlink(join(root, name), join(directory, name));
    }
    // osls takes its configuration from a file, not from a link to one.
    await copyFile(join(root, config), join(directory, config));
    await mkdir(join(directory, 'home'));
    await run(directory, cacheDir, config, environment);
    return await use(join(directory, '.serverless', 'cloudformation-template-update-stack.json'), directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function run(
  directory: string,
  cacheDir: string,
  config: ServiceFile,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const home = join(directory, 'home');
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/serverless/bin/serverless.js'), 'package', '--config', config],
    {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing else of the caller's environment: a profile, a proxy or a NODE_OPTIONS of his must not change the template.
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        TMPDIR: home,
        NODE_COMPILE_CACHE: join(cacheDir, 'compiled'),
        SLS_SCHEMA_CACHE_BASE_DIR: cacheDir,
        ...environment,
      },
    },
  );
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new PackagingFailed(Buffer.concat(said).toString('utf8').trim()));
    });
  });
}
