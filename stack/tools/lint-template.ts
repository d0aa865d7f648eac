/**
 * Packages both stacks as they are deployed and holds them against cfn-lint, which it installs by itself at one version, into
 * a place that git does not know. What cannot be installed fails: a lint that is skipped finds nothing either.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installedPlans, readInstallation } from '../installation.ts';
import { outpostsOf } from '../outposts.ts';
import { packageApart, type ServiceFile } from '../packaging.ts';
import { cacheDirectory, root } from '../places.ts';

const version = '1.58.0';
const cache = join(root, cacheDirectory);
const environment = join(cache, `cfn-lint-${version}`);
const cfnLint = join(environment, 'bin', 'cfn-lint');

/** W3005: osls writes DependsOn beside the GetAtt of a role, which says the same; it harms nothing and is not ours. */
const ignored = ['W3005'];

await install();
const { recoveryRegion } = readInstallation();
const outposts = outpostsOf(await installedPlans(), recoveryRegion).map(({ region }) => region);
await lint('serverless.yml', [recoveryRegion]);
await lint('serverless.witness.yml', outposts);

async function install(): Promise<void> {
  if (existsSync(cfnLint)) return;
  try {
    run('python3', ['-m', 'venv', '--clear', environment]);
    run(join(environment, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', `cfn-lint==${version}`]);
  } catch (error) {
    // Half an environment would be taken for a whole one the next time.
    await rm(environment, { recursive: true, force: true });
    throw error;
  }
}

async function lint(config: ServiceFile, regions: readonly string[]): Promise<void> {
  const template = join(cache, `lint-${config.replace(/\.yml$/, '')}.json`);
  await packageApart(cache, config, {}, (path) => rename(path, template));
  run(cfnLint, ['--template', template, '--regions', ...regions, '--ignore-checks', ...ignored]);
  process.stdout.write(`${config}: cfn-lint ${version} finds nothing for ${regions.join(', ')}\n`);
}

/** The command says itself what is wrong; the error says which command. */
function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `it ended with ${status}`}`);
}
