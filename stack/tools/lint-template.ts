/** Packages both stacks as they are deployed and holds them against cfn-lint. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { installedPlans, readInstallation } from '../installation.ts';
import { outpostsOf } from '../outposts.ts';
import { packageApart, type ServiceFile } from '../packaging.ts';
import { cacheDirectory, root } from '../places.ts';
import { pythonPrograms, run } from './python/environment.ts';

const cache = join(root, cacheDirectory);
const cfnLint = join(await pythonPrograms(), 'cfn-lint');

/** W3005: osls writes DependsOn beside the GetAtt of a role, which says the same; it harms nothing and is not ours. */
const ignored = ['W3005'];

const { recoveryRegion } = readInstallation();
const outposts = outpostsOf(await installedPlans(), recoveryRegion).map(({ region }) => region);
await lint('serverless.yml', [recoveryRegion]);
await lint('serverless.witness.yml', outposts);

async function lint(config: ServiceFile, regions: readonly string[]): Promise<void> {
  const template = join(cache, `lint-${config.replace(/\.yml$/, '')}.json`);
  await packageApart(cache, config, {}, (path) => rename(path, template));
  run(cfnLint, ['--template', template, '--regions', ...regions, '--ignore-checks', ...ignored]);
  process.stdout.write(`${config}: cfn-lint finds nothing for ${regions.join(', ')}\n`);
}
