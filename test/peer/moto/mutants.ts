import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle } from '../../../stack/bundle.ts';
import { root } from '../../../stack/places.ts';
import { brokenFiles, brokenTemplate, changed } from '../../mutants/breaking.ts';
import type { Breakage, ChangedSources } from '../../mutants/mutants.ts';
import type { PeerOptions } from './peer.ts';
import { approval } from './scenarios/approval.ts';
import { drill } from './scenarios/drill.ts';
import { failover } from './scenarios/failover.ts';
import { lock } from './scenarios/lock.ts';
import type { AnyScenario } from './scenarios/scenario.ts';
import { throttle } from './scenarios/throttle.ts';
import { unhealthy } from './scenarios/unhealthy.ts';

/** What is played with mutants in it, by the name that `test/mutants.json` has it under before the colon. */
export const scenarios: ReadonlyMap<string, AnyScenario> = new Map(
  [failover, drill, approval, lock, throttle, unhealthy].map((one) => [one.name, one]),
);

/**
 * The product with something broken in it, as the peers take it.
 * @param directory where bundles of its own may go
 */
export async function made(
  breakage: Breakage,
  directory: string,
): Promise<Pick<PeerOptions, 'template' | 'bundles'>> {
  if (!('changes' in breakage)) return { template: (template) => brokenTemplate(breakage, template) };
  const { functions } = breakage;
  const read = new Set<string>();
  await bundle({
    outDirectory: directory,
    only: new Set(functions),
    plugins: [changing(breakage, read)],
  });
  assert.deepEqual([...read].sort(), brokenFiles(breakage).toSorted());
  return { bundles: Object.fromEntries(functions.map((name) => [name, join(directory, name)])) };
}

function changing(breakage: ChangedSources, read: Set<string>): Plugin {
  return {
    name: 'mutant',
    setup: (build) => {
      for (const file of brokenFiles(breakage)) {
        const path = join(root, file);
        const filter = new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
        build.onLoad({ filter }, async () => {
          read.add(file);
          return { contents: changed(breakage.changes, file, await readFile(path, 'utf8')), loader: 'ts' };
        });
      }
    },
  };
}
