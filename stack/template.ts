import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleDirectory, cacheDirectory, root } from './places.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The CloudFormation template as `serverless package` writes it. */
export interface PackagedTemplate {
  readonly Resources: Readonly<Record<string, PackagedResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: Json }>>;
}

export interface PackagedResource {
  readonly Type: string;
  readonly Properties?: { readonly [key: string]: Json };
  readonly DependsOn?: string | readonly string[];
}

export interface PackageOptions {
  /** Where templates are kept between runs; `.lifeboat` in the repository otherwise. */
  readonly cacheDir?: string;
}

/** `serverless package` failed; the message is what it printed. */
export class PackagingFailed extends Error {
  override readonly name = 'PackagingFailed';
}

/** Everything that a template is made from, as paths below the root. */
const inputs = ['serverless.yml', 'package-lock.json', 'stack', 'statemachines', 'plans', 'recovery/terms.ts', 'recovery/identity.ts'];

/** What a packaging run must not see: its own results, and what it would only walk through. */
const notLinked = new Set(['.git', '.serverless', 'serverless.yml', cacheDirectory, bundleDirectory, 'out']);

/**
 * The template that `serverless package` makes of this repository, without code and function versions: what a drill deploys
 * is what the stack deploys. Kept by the content of its inputs, so that only a change to one of them packages again.
 * Any number of processes may ask at once. It needs no network, no credentials and no writable home.
 * @throws PackagingFailed
 */
export async function packagedTemplate(options: PackageOptions = {}): Promise<PackagedTemplate> {
  const cacheDir = options.cacheDir ?? join(root, cacheDirectory);
  const kept = join(cacheDir, `template-${await hashOfInputs()}.json`);
  const known = await readFile(kept, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as PackagedTemplate;
  await mkdir(cacheDir, { recursive: true });
  const text = await packageApart(cacheDir);
  await keep(kept, text);
  return JSON.parse(text) as PackagedTemplate;
}

async function hashOfInputs(): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const path of await filesBelow(input)) hash.update(`${path}\n`).update(await readFile(join(root, path))).update('\0');
  }
  return hash.digest('hex').slice(0, 32);
}

async function filesBelow(input: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, input), { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (!entries) return [input];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

/** osls writes and deletes `.serverless` where it runs: each run has a directory of its own, with links to the rest. */
async function packageApart(cacheDir: string): Promise<string> {
  const apart = await mkdtemp(join(cacheDir, 'packaging-'));
  try {
    for (const name of await readdir(root)) {
      if (!notLinked.has(name)) await symlink(join(root, name), join(apart, name));
    }
    // osls takes its configuration from a file, not from a link to one.
    await copyFile(join(root, 'serverless.yml'), join(apart, 'serverless.yml'));
    await mkdir(join(apart, 'home'));
    await run(apart, cacheDir);
    return await readFile(join(apart, '.serverless', 'cloudformation-template-update-stack.json'), 'utf8');
  } finally {
    await rm(apart, { recursive: true, force: true });
  }
}

function run(directory: string, cacheDir: string): Promise<void> {
  const home = join(directory, 'home');
  const child = spawn(process.execPath, [join(root, 'node_modules/serverless/bin/serverless.js'), 'package'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Nothing else of the caller's environment: a profile, a proxy or a NODE_OPTIONS of his must not change the template.
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      TMPDIR: home,
      NODE_COMPILE_CACHE: join(cacheDir, 'compiled'),
      SLS_SCHEMA_CACHE_BASE_DIR: cacheDir,
      LIFEBOAT_PACKAGE: 'template',
    },
  });
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

/** A reader sees the whole file or none: it gets its name only when it is complete. */
async function keep(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}
