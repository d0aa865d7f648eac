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
        file: 'aws/steps/open.ts',
        from: 'if (!mayTakeLock(held, identity)) return taken(context, held);',
        to: '',
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
};
