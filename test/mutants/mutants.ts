import type { StepName } from '../../recovery/terms.ts';

/** A text of a source that is replaced by another. */
export interface Change {
  /** A source of the product, below the root. */
  readonly file: string;
  /** Stands there once. */
  readonly from: string;
  readonly to: string;
}

/** One thing that is broken in the product. */
export type Breakage = CutSteps | NotRetried | ChangedSources;

/** The machines lose steps: what led to one leads to what came after it. */
export interface CutSteps {
  readonly steps: readonly StepName[];
}

/** The machines do not try a Task again when the Lambda service itself refuses. */
export interface NotRetried {
  /** The name of its state. */
  readonly notRetried: string;
}

/** Sources say something else. */
export interface ChangedSources {
  readonly changes: readonly Change[];
  /** The functions whose bundles have these sources in them. */
  readonly functions: readonly string[];
}

/** By the names that `test/mutants.json` has them under. */
export const mutants: Readonly<Record<string, Breakage>> = {
  'promotion skipped': { steps: ['databases'] },
  'live name not switched': { steps: ['traffic', 'settle'] },
  'fence skipped': { steps: ['fence'] },
  'setting not written': { steps: ['settings', 'verify', 'settle'] },
  'mounts skipped': { steps: ['mounts', 'verify', 'settle'] },
  'record not switched': {
    functions: ['traffic', 'settle'],
    changes: [
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
    ],
  },
  'backups of the plan forgotten': {
    functions: ['databases'],
    changes: [
      {
        file: 'aws/steps/databases.ts',
        from: 'rds.promote(item.replica, item.backupRetentionDays)',
        to: 'rds.promote(item.replica, 1)',
      },
    ],
  },
  'fence in the wrong Region': {
    functions: ['fence'],
    changes: [
      {
        file: 'aws/fencing.ts',
        from: 'openPrimary(access, plan.regions.primary)',
        to: 'openPrimary(access, plan.regions.recovery)',
      },
    ],
  },
  'volume in the wrong zone': {
    functions: ['volumes'],
    changes: [
      {
        file: 'aws/steps/volumes.ts',
        from: 'zone: member.zone',
        to: "zone: 'ap-northeast-1d'",
      },
    ],
  },
  'volume at the wrong device': {
    functions: ['volumes'],
    changes: [
      {
        file: 'aws/steps/volumes.ts',
        from: 'action.instance, action.device',
        to: "action.instance, '/dev/sdz'",
      },
    ],
  },
  'wrong tag on what is launched': {
    functions: ['servers'],
    changes: [
      {
        file: 'aws/steps/servers/act.ts',
        from: 'tags: creationTags(identity, `servers.${launch.item}`',
        to: 'tags: creationTags(identity, `server.${launch.item}`',
      },
    ],
  },
  'clean-up skipped': { steps: ['cleanup'] },
  'drill promotes': {
    functions: ['databases'],
    changes: [
      {
        file: 'aws/steps/databases.ts',
        from: "const isDrill = identity.kind === 'drill'",
        to: 'const isDrill = false',
      },
    ],
  },
  'drill writes live settings': {
    functions: ['settings', 'reload'],
    changes: [
      {
        file: 'recovery/identity.ts',
        from: "return identity.kind === 'drill' ? `/lifeboat/drill/${identity.recovery}` : '';",
        to: "return '';",
      },
    ],
  },
  'gate skipped': { steps: ['gate'] },
  'approval ignored': {
    functions: ['gate'],
    changes: [
      {
        file: 'aws/steps/gate.ts',
        from: "return trigger.mode === 'approve' && (isAutomatic || trigger.approval.people > 1);",
        to: 'return false;',
      },
    ],
  },
  'no lock': {
    functions: ['open'],
    changes: [
      {
        file: 'recovery/ledger.ts',
        from: "return claim.kind === 'failover' && held.kind === 'drill';",
        to: 'return true;',
      },
    ],
  },
  'retry removed': { notRetried: 'Settings' },
  'verify always good': {
    functions: ['verify', 'settle'],
    changes: ['aws/steps/verify.ts', 'aws/steps/settle.ts'].map((file) => ({
      file,
      from: 'answer.status >= 200 && answer.status < 300',
      to: 'answer.status >= 200',
    })),
  },
  'clean-up forgets volumes': {
    functions: ['cleanup'],
    changes: [
      {
        file: 'recovery/steps/cleanup.ts',
        from: "if (volume.state === 'available' || volume.state === 'error')",
        to: "if (volume.state === 'error')",
      },
      {
        file: 'recovery/steps/cleanup.ts',
        from: '...left.volumes\n',
        to: '...left.volumes.slice(left.volumes.length)\n',
      },
    ],
  },
  'acknowledgement ignored': {
    functions: ['assess'],
    changes: [
      {
        file: 'aws/response/look-after.ts',
        from: 'return period?.recovery === recovery && period.acknowledged !== undefined;',
        to: 'return false;',
      },
    ],
  },
  'oldest snapshot restored': {
    functions: ['databases'],
    changes: [
      {
        file: 'recovery/steps/databases.ts',
        from: 'const newest = newestOf(\n    seen.snapshots',
        to: 'const newest = oldestOf(\n    seen.snapshots',
      },
      {
        file: 'recovery/steps/databases.ts',
        from: 'export function restoreNeed(',
        to: `function oldestOf<T>(all: readonly T[], at: (one: T) => string): T | undefined {
  return all.toSorted((a, b) => (at(a) < at(b) ? -1 : 1))[0];
}

export function restoreNeed(`,
      },
    ],
  },
  'pause ignored': {
    functions: ['assess'],
    changes: [
      {
        file: 'recovery/deciding/guards.ts',
        from: 'if (!ledger.pause) return undefined;',
        to: 'if (ledger.pause !== null) return undefined;',
      },
    ],
  },
  'lag ignored': {
    functions: ['gate'],
    changes: [
      {
        file: 'recovery/steps/lag.ts',
        from: 'if (isIdle || last.value <= item.maxLagSeconds) return { lag };',
        to: 'if (isIdle || last.value <= Number.MAX_VALUE) return { lag };',
      },
    ],
  },
  'one approval is enough': {
    functions: ['gate'],
    changes: [
      {
        file: 'recovery/steps/approval.ts',
        from: 'const lacking = electorate.people - answers.length;',
        to: 'const lacking = 1 - answers.length;',
      },
    ],
  },
  'abort ignored': {
    functions: [
      'open',
      'servers',
      'volumes',
      'mounts',
      'gate',
      'fence',
      'databases',
      'settings',
      'reload',
      'verify',
      'traffic',
      'settle',
    ],
    changes: [
      {
        file: 'recovery/lock.ts',
        from: 'if (active.abort) return aborted(active, active.abort);',
        to: 'if (active.abort?.by === janitorName) return aborted(active, active.abort);',
      },
    ],
  },
  'lock not released': {
    functions: ['conclude'],
    changes: [
      {
        file: 'aws/steps/conclude.ts',
        from: "context.identity.kind === 'drill' || evidence.outcome === 'recovered'",
        to: 'false',
      },
    ],
  },
  'loss told as none': {
    functions: ['conclude'],
    changes: [
      {
        file: 'recovery/steps/lag.ts',
        from: 'return { leastSeconds: idle ? 0 : seconds, mostSeconds: seconds + ageSeconds };',
        to: 'return { leastSeconds: 0, mostSeconds: idle ? 0 : Math.min(0, seconds) };',
      },
    ],
  },
  'surplus not told': {
    functions: ['conclude'],
    changes: [
      {
        file: 'recovery/steps/surplus.ts',
        from: "return idle ? [{ region, type: 'instance', id, reason: idle.because }] : [];",
        to: 'return idle ? [] : [];',
      },
      {
        file: 'recovery/steps/surplus.ts',
        from: "return idle ? [{ region, type: 'volume', id: volume.id, reason: idle.because }] : [];",
        to: 'return idle ? [] : [];',
      },
    ],
  },
  'refusal is final': {
    functions: ['settings'],
    changes: [
      {
        file: 'recovery/step.ts',
        from: "mayPass: true,\n          code: 'Denied',",
        to: "code: 'Denied',",
      },
    ],
  },
};
