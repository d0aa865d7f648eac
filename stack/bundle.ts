import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { readInstallation } from './installation.ts';
import { leanSchemas } from './lean-schemas.ts';
import { bundleDirectory, root } from './places.ts';
import { compilePlans } from './plans.ts';

export interface BundleOptions {
  /** Where `<function>/index.mjs` and `<function>/plans.json` go; `dist` in the repository otherwise. */
  readonly outDirectory?: string;
  /** Where the plans are; the folder that `installation.yml` names otherwise. */
  readonly planDirectory?: string;
  /** Which functions, by their names; all of them otherwise. */
  readonly only?: ReadonlySet<string>;
  /** What looks at a source before the stack's own plugins do. */
  readonly plugins?: readonly Plugin[];
}

/** One function as it is deployed. */
export interface Bundle {
  /** The name of its file in `functions/`. */
  readonly name: string;
  readonly directory: string;
  readonly bytes: number;
  /** The clients of AWS whose code is in it, such as `client-ec2`, by their packages. */
  readonly clients: readonly string[];
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
  const plans = JSON.stringify(
    await compilePlans(options.planDirectory ?? join(root, readInstallation().plans)),
  );
  const names = (await functionNames()).filter((name) => options.only?.has(name) ?? true);
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
    alias: { '@aws-sdk/credential-provider-node': join(root, 'aws/role-credentials.ts') },
    plugins: [...(options.plugins ?? []), leanSchemas],
    logLevel: 'warning',
    metafile: true,
  });
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [path.split('/').at(-2), output]),
  );
  const bundles = names.map((name) => ({
    name,
    directory: join(outDirectory, name),
    bytes: outputs.get(name)?.bytes ?? 0,
    clients: clientsIn(outputs.get(name)),
  }));
  await Promise.all(bundles.map(({ directory }) => writeFile(join(directory, 'plans.json'), plans)));
  return bundles;
}

/** By what is left of each package after shaking; `nested-clients` are those that the SDK's own credentials would call. */
function clientsIn(output: Metafile['outputs'][string] | undefined): readonly string[] {
  const found = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? (/@aws-sdk\/(client-[a-z0-9-]+|nested-clients)\//.exec(path)?.[1] ?? []) : [],
  );
  return [...new Set(found)].sort();
}
