import type { Standing } from './step.ts';
import { nothing } from './step.ts';
import type { RecoveryKind, RecoveryScope, StepName } from './terms.ts';

/** What a restore drill leaves out, and why: it proves backups, and whatever needs a server is the full drill's. */
const leftOut: Readonly<Partial<Record<StepName, string>>> = {
  servers: 'a restore drill launches no server',
  mounts: 'a restore drill has no server to mount volumes on',
  settings: 'a restore drill writes no settings',
  reload: 'a restore drill has no server to reload',
  verify: 'a restore drill has no server to ask',
  traffic: 'a drill moves no traffic',
  settle: 'a drill moves no traffic',
};

/** Why a step has nothing to do in a scope, or undefined where it has. */
export function leftOutOf(scope: RecoveryScope, step: StepName): string | undefined {
  return scope === 'restore' ? leftOut[step] : undefined;
}

/**
 * What objects to the scope that a run was started with: a failover has none, and all runs of a drill have that of the first.
 */
export function scopeProblem(
  kind: RecoveryKind,
  asked: RecoveryScope | undefined,
  scope: RecoveryScope,
): Standing | undefined {
  if (asked === undefined) return undefined;
  if (kind === 'failover') {
    return wrong('a failover has no scope', 'start it without a scope, or start a drill');
  }
  if (scope === asked) return undefined;
  return wrong(
    `this drill was opened with the scope ${scope}, not ${asked}`,
    'continue it without a scope, or start a new drill',
  );
}

function wrong(reason: string, unblock: string): Standing {
  return { status: 'failed', code: 'WrongScope', reason, unblock, counts: nothing };
}
