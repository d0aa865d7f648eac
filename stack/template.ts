import { createHash } from 'node:crypto';
import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { packageApart, type ServiceFile } from './packaging.ts';
import { cacheDirectory, root } from './places.ts';
import { variables } from './variables.ts';

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
  readonly Condition?: string;
}

export interface PackageOptions {
  /** Where templates are kept between runs; `.lifeboat` in the repository otherwise. */
  readonly cacheDir?: string;
}

/** The files that a template is made from, as paths below the root; what they generate is hashed besides. */
const inputs = [
  'serverless.yml',
  'serverless.witness.yml',
  'installation.yml',
  'package-lock.json',
  'stack',
  'statemachines',
  'events',
];

/** The templates of one installation: of the Region that recovers, and of each other Region that looks or forwards. */
export interface PackagedTemplates {
  readonly recovery: PackagedTemplate;
  /** Its parameter `RecoveryRegion` says where it sends what it sees. */
  readonly witness: PackagedTemplate;
}

/**
 * The template that `serverless package` makes of `serverless.yml`, without code and function versions: what a drill
 * deploys is what the stack deploys. Kept by the content of its inputs, so that only a change to one of them packages
 * again. Any number of processes may ask at once. It needs no network, no credentials and no writable home.
 * @throws PackagingFailed
 */
export function packagedTemplate(options: PackageOptions = {}): Promise<PackagedTemplate> {
  return templateOf('serverless.yml', options);
}

/** Both templates, each made as `packagedTemplate` makes the first. @throws PackagingFailed */
export async function packagedTemplates(options: PackageOptions = {}): Promise<PackagedTemplates> {
  const [recovery, witness] = await Promise.all([
    templateOf('serverless.yml', options),
    templateOf('serverless.witness.yml', options),
  ]);
  return { recovery, witness };
}

async function templateOf(config: ServiceFile, options: PackageOptions): Promise<PackagedTemplate> {
  const cacheDir = resolve(options.cacheDir ?? join(root, cacheDirectory));
  const prefix = config === 'serverless.yml' ? 'template' : 'witness';
  const kept = join(cacheDir, `${prefix}-${await hashOfInputs()}.json`);
  const known = await readFile(kept, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as PackagedTemplate;
  await packageApart(cacheDir, config, { LIFEBOAT_PACKAGE: 'template' }, (template) =>
    rename(template, kept),
  );
  return JSON.parse(await readFile(kept, 'utf8')) as PackagedTemplate;
}

async function hashOfInputs(): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, generate] of Object.entries(variables))
    hash.update(`${name}\n${JSON.stringify(await generate())}\n`);
  for (const path of (await Promise.all(inputs.map(filesBelow))).flat()) {
    hash.update(`${path}\n`).update(await readFile(join(root, path)));
  }
  return hash.digest('hex').slice(0, 32);
}

/** A file itself, or what is in a directory, in an order of its own; nothing where there is neither. */
async function filesBelow(input: string): Promise<readonly string[]> {
  const path = join(root, input);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return found ? [input] : [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
