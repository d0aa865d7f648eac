import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { StepName } from '../../../recovery/terms.ts';
import type { Template } from '../../../simulator/cloudformation/deploy.ts';
import { bundle } from '../../../stack/bundle.ts';
import { root } from '../../../stack/places.ts';
import { withoutStep } from '../../drill/surgery.ts';
import type { PeerOptions } from './peer.ts';
import { approval } from './scenarios/approval.ts';
import { drill } from './scenarios/drill.ts';
import { failover } from './scenarios/failover.ts';
import { lock } from './scenarios/lock.ts';
import type { AnyScenario } from './scenarios/scenario.ts';
import { throttle } from './scenarios/throttle.ts';
import { unhealthy } from './scenarios/unhealthy.ts';

/** The product with one thing broken in it, and what happens to it. What catches it is in `test/mutants.json`. */
export interface Mutant {
  readonly scenario: AnyScenario;
  /** @param directory where bundles of its own may go */
  make(directory: string): Promise<Pick<PeerOptions, 'template' | 'bundles'>>;
}

/** The machines lose steps: what led to one leads to what came after it. */
function cut(...steps: readonly StepName[]): Mutant['make'] {
  return async () => ({ template: (template) => steps.reduce(withoutStep, template) });
}

interface Change {
  /** A source of the product, below the root. */
  readonly file: string;
  /** Stands there once. */
  readonly from: string;
  readonly to: string;
}

/** Functions are bundled anew from a source that says something else. */
function change(functions: readonly string[], ...changes: readonly Change[]): Mutant['make'] {
  return async (directory) => {
    const read = new Set<string>();
    await bundle({
      outDirectory: directory,
      only: new Set(functions),
      plugins: [changing(changes, read)],
    });
    assert.deepEqual([...read].sort(), [...new Set(changes.map(({ file }) => file))].sort());
    return { bundles: Object.fromEntries(functions.map((name) => [name, join(directory, name)])) };
  };
}

function changing(changes: readonly Change[], read: Set<string>): Plugin {
  return {
    name: 'mutant',
    setup: (build) => {
      for (const [file, own] of Map.groupBy(changes, (one) => one.file)) {
        const path = join(root, file);
        const filter = new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
        build.onLoad({ filter }, async () => {
          read.add(file);
          let contents = await readFile(path, 'utf8');
          for (const { from, to } of own) {
            assert.equal(contents.split(from).length, 2, `${JSON.stringify(from)} stands once in ${file}`);
            contents = contents.replace(from, () => to);
          }
          return { contents, loader: 'ts' };
        });
      }
    },
  };
}

/** A step that is not tried again when the Lambda service itself refuses. */
function withoutRetry(template: Template, task: string): Template {
  const text = JSON.stringify(template, function (this: unknown, key: string, value: unknown) {
    if (key !== task || typeof value !== 'object' || value === null || !('Retry' in value)) return value;
    const { Retry: _retry, ...rest } = value;
    return rest;
  });
  assert.notEqual(text, JSON.stringify(template), `${task} is tried again`);
  return JSON.parse(text) as Template;
}

/** By the names that `test/mutants.json` has them under. */
export const mutants: Readonly<Record<string, Mutant>> = {
  'promotion skipped': { scenario: failover, make: cut('databases') },
  'live name not switched': { scenario: failover, make: cut('traffic', 'settle') },
  'fence skipped': { scenario: failover, make: cut('fence') },
  'setting not written': { scenario: failover, make: cut('settings', 'verify', 'settle') },
  'mounts skipped': { scenario: failover, make: cut('mounts', 'verify', 'settle') },
  'record not switched': {
    scenario: failover,
    make: change(
      ['traffic', 'settle'],
      {
        file: 'aws/steps/traffic.ts',
        from: '? settleRecord(context, route53, item, known)',
        to: '? Promise.resolve({ memory: known })',
      },
      {
        file: 'aws/steps/settle.ts',
        from: 'const waits = answers.flatMap',
        to: 'const waits = answers.slice(1).flatMap',
      },
    ),
  },
  'backups of the plan forgotten': {
    scenario: failover,
    make: change(['databases'], {
      file: 'aws/steps/databases.ts',
      from: 'rds.promote(item.replica, item.backupRetentionDays)',
      to: 'rds.promote(item.replica, 1)',
    }),
  },
  'fence in the wrong Region': {
    scenario: failover,
    make: change(['fence'], {
      file: 'aws/fencing.ts',
      from: 'openPrimary(access, plan.regions.primary)',
      to: 'openPrimary(access, plan.regions.recovery)',
    }),
  },
  'volume in the wrong zone': {
    scenario: failover,
    make: change(['volumes'], {
      file: 'aws/steps/volumes.ts',
      from: 'zone: member.zone',
      to: "zone: 'ap-northeast-1d'",
    }),
  },
  'volume at the wrong device': {
    scenario: failover,
    make: change(['volumes'], {
      file: 'aws/steps/volumes.ts',
      from: 'action.instance, action.device',
      to: "action.instance, '/dev/sdz'",
    }),
  },
  'wrong tag on what is launched': {
    scenario: failover,
    make: change(['servers'], {
      file: 'aws/steps/servers/act.ts',
      from: 'tags: creationTags(identity, `servers.${launch.item}`',
      to: 'tags: creationTags(identity, `server.${launch.item}`',
    }),
  },
  'clean-up skipped': { scenario: drill, make: cut('cleanup') },
  'drill promotes': {
    scenario: drill,
    make: change(['databases'], {
      file: 'aws/steps/databases.ts',
      from: "const isDrill = identity.kind === 'drill'",
      to: 'const isDrill = false',
    }),
  },
  'drill writes live settings': {
    scenario: drill,
    make: change(['settings', 'reload'], {
      file: 'recovery/identity.ts',
      from: "return identity.kind === 'drill' ? `/lifeboat/drill/${identity.recovery}` : '';",
      to: "return '';",
    }),
  },
  'gate skipped': { scenario: approval, make: cut('gate') },
  'approval ignored': {
    scenario: approval,
    make: change(['gate'], {
      file: 'aws/steps/gate.ts',
      from: "return trigger.mode === 'approve' && (isAutomatic || trigger.approval.people > 1);",
      to: 'return false;',
    }),
  },
  'no lock': {
    scenario: lock,
    make: change(['open'], {
      file: 'aws/steps/open.ts',
      from: 'if (!mayTakeLock(held, identity)) return taken(context, held);',
      to: '',
    }),
  },
  'retry removed': {
    scenario: throttle,
    make: async () => ({ template: (template) => withoutRetry(template, 'Settings') }),
  },
  'verify always good': {
    scenario: unhealthy,
    make: change(
      ['verify', 'settle'],
      ...['aws/steps/verify.ts', 'aws/steps/settle.ts'].map((file) => ({
        file,
        from: 'answer.status >= 200 && answer.status < 300',
        to: 'answer.status >= 200',
      })),
    ),
  },
};
