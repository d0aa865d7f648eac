import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundleDirectory, root } from './places.ts';
import { compilePlans } from './plans.ts';

export interface BundleOptions {
  /** Where `<function>/index.mjs` and `<function>/plans.json` go; `dist` in the repository otherwise. */
  readonly outDirectory?: string;
  /** Where the plans are; `plans` in the repository otherwise. */
  readonly planDirectory?: string;
}

/** One function as it is deployed. */
export interface Bundle {
  /** The name of its file in `functions/`. */
  readonly name: string;
  readonly directory: string;
  readonly bytes: number;
}

/** The names of all functions: their files in `functions/`. */
export async function functionNames(): Promise<readonly string[]> {
  const files = await readdir(join(root, 'functions'));
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .sort();
}

/**
 * Bundles every function with its dependencies into one ES module, the compiled plans beside it.
 *
 * The SDK is bundled: the one of the Lambda runtime changes under a function that was rehearsed with another. `module`
 * before `main` halves the size, since only ES modules can be shaken. Minifying renames classes; that is why errors carry
 * literal names.
 */
export async function bundle(options: BundleOptions = {}): Promise<readonly Bundle[]> {
  const outDirectory = options.outDirectory ?? join(root, bundleDirectory);
  const plans = JSON.stringify(await compilePlans(options.planDirectory ?? join(root, 'plans')));
  const names = await functionNames();
  await rm(outDirectory, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      names.map((name) => [`${name}/index`, join(root, 'functions', `${name}.ts`)]),
    ),
    outdir: outDirectory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    logLevel: 'warning',
    metafile: true,
  });
  const sizes = new Map(
    Object.entries(metafile.outputs).map(([path, { bytes }]) => [path.split('/').at(-2), bytes]),
  );
  const bundles = names.map((name) => ({
    name,
    directory: join(outDirectory, name),
    bytes: sizes.get(name) ?? 0,
  }));
  await Promise.all(bundles.map(({ directory }) => writeFile(join(directory, 'plans.json'), plans)));
  return bundles;
}
