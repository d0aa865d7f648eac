import { trafficNamespace } from '../recovery/steps/traffic.ts';
import type { RecoveryKind, StepName } from '../recovery/terms.ts';
import {
  allow,
  arnOf,
  type CfnValue,
  carries,
  createsTagged,
  primaryArnOf,
  type Statement,
  telling,
  through,
  unownedArn,
  type Whose,
} from './statements.ts';

/**
 * What each step may do, by kind. A drill's functions have no permission to start, promote, fence or register, to write a
 * live setting or a live record, or to run a command on a live server: whatever they are told, they cannot. What they change
 * carries the tag that only a drill's copies have. What plans name and no tag protects is in `named-permissions.ts`.
 */
export function permissionsOf(step: StepName, kind: RecoveryKind): readonly Statement[] {
  // The machines share one definition, which names these for both; a failover never comes to them.
  if (kind === 'failover' && (step === 'cleanup' || step === 'sweep')) return [];
  const { always = [], drill = [], failover = [] } = grants[step];
  return [...ledgerOf(step), ...always, ...(kind === 'drill' ? drill : failover)];
}

interface Grants {
  readonly always?: readonly Statement[];
  readonly drill?: readonly Statement[];
  readonly failover?: readonly Statement[];
}

const objectArn = (path: string) => ({ 'Fn::Sub': `\${Ledger.Arn}/${path}` });

/** Every step reads the whole ledger and writes its own records. */
function ledgerOf(step: StepName): readonly Statement[] {
  return [
    // Without the permission to list, S3 answers 403 instead of 404 for a key that does not exist.
    allow(['s3:ListBucket'], [{ 'Fn::GetAtt': ['Ledger', 'Arn'] }]),
    allow(['s3:GetObject'], ['plans/*', 'recoveries/*'].map(objectArn)),
    allow(
      ['s3:PutObject'],
      [`recoveries/*/steps/${step}.json`, `recoveries/*/intents/${step}*`].map(objectArn),
    ),
  ];
}

/** Taking and giving back the lock of a plan. */
const lock = allow(['s3:PutObject'], [objectArn('plans/*/active.json')]);

/** EC2, Systems Manager and Elastic Load Balancing have no resource-level permission for what only describes. */
const everywhere = ['*'];
const see = {
  instances: allow(['ec2:DescribeInstances'], everywhere),
  images: allow(['ec2:DescribeImages'], everywhere),
  templates: allow(['ec2:DescribeLaunchTemplateVersions'], everywhere),
  groups: allow(['ec2:DescribeSecurityGroups'], everywhere),
  network: allow(['ec2:DescribeRouteTables', 'ec2:DescribeSubnets'], everywhere),
  volumes: allow(['ec2:DescribeVolumes'], everywhere),
  zones: allow(['ec2:DescribeAvailabilityZones'], everywhere),
  snapshots: allow(['ec2:DescribeSnapshots'], everywhere),
  agents: allow(['ssm:DescribeInstanceInformation'], everywhere),
  commands: allow(['ssm:ListCommandInvocations'], everywhere),
  commandOutput: allow(['ssm:GetCommandInvocation'], everywhere),
  targets: allow(
    ['elasticloadbalancing:DescribeTargetGroups', 'elasticloadbalancing:DescribeTargetHealth'],
    everywhere,
  ),
  // Databases are listed, and found by their names and tags: a list is about all of them.
  databases: allow(['rds:DescribeDBInstances'], [arnOf('rds', 'db:*')]),
  databaseSnapshots: allow(['rds:DescribeDBSnapshots'], [arnOf('rds', 'snapshot:*'), arnOf('rds', 'db:*')]),
  lag: allow(['cloudwatch:GetMetricData'], everywhere),
  drillSettings: allow(['ssm:GetParametersByPath'], [arnOf('ssm', 'parameter/lifeboat/drill/*')]),
} as const;
/** The live workload, as a drill compares it before and after, but for what plans name. */
const seeLive = [see.instances, see.databases, see.targets];

/**
 * Keys of encrypted volumes (EBS User Guide, Requirements for Amazon EBS encryption) and databases (RDS User Guide, AWS KMS
 * key management): used through the service, and lent only to the service's own resources.
 */
const keyUses = {
  ec2: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  rds: ['kms:DescribeKey'],
} as const;
export const useKeysFor = (service: 'ec2' | 'rds'): readonly Statement[] => [
  allow(keyUses[service], [arnOf('kms', 'key/*')], through(service)),
  allow(['kms:CreateGrant'], [arnOf('kms', 'key/*')], {
    ...through(service),
    Bool: { 'kms:GrantIsForAWSResource': 'true' },
  }),
];

/** Launching copies: what is created must be tagged; what a launch uses must be the plan's. */
const launch = (kind: RecoveryKind): readonly Statement[] => [
  allow(['ec2:RunInstances'], [arnOf('ec2', 'instance/*'), arnOf('ec2', 'volume/*')], createsTagged(kind)),
  allow(
    ['ec2:RunInstances'],
    [
      arnOf('ec2', 'launch-template/*'),
      arnOf('ec2', 'security-group/*'),
      arnOf('ec2', 'subnet/*'),
      unownedArn('ec2', 'image/*'),
      unownedArn('ec2', 'snapshot/*'),
    ],
    carries('plan'),
  ),
  // An interface comes and goes with its instance, and a key pair opens nothing by being named: neither needs a tag.
  allow(['ec2:RunInstances'], [arnOf('ec2', 'key-pair/*'), arnOf('ec2', 'network-interface/*')]),
  tagOnCreation('RunInstances', ['instance', 'network-interface', 'volume']),
  // The role of an instance profile is named by a plan or by the instance that is copied; only EC2 may be given it. Its tags
  // are no help: IAM calls conditions on them unreliable here (IAM User Guide, Grant a user permissions to pass a role).
  allow(['iam:PassRole'], [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*' }], {
    StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' },
  }),
  ...useKeysFor('ec2'),
];
const createVolumes = (kind: RecoveryKind): readonly Statement[] => [
  allow(['ec2:CreateVolume'], [arnOf('ec2', 'volume/*')], createsTagged(kind)),
  allow(['ec2:CreateVolume'], [unownedArn('ec2', 'snapshot/*')], carries('plan')),
  tagOnCreation('CreateVolume', ['volume']),
  ...useKeysFor('ec2'),
];
/** Volumes are always the recovery's own; in a failover they may go to a server that stood ready. */
const attachTo = (kind: RecoveryKind) => [
  allow(['ec2:AttachVolume'], [arnOf('ec2', 'volume/*')], carries(kind === 'drill' ? 'drill' : 'recovery')),
  allow(['ec2:AttachVolume'], [arnOf('ec2', 'instance/*')], carries(kind === 'drill' ? 'drill' : 'plan')),
];
const restoreCopies: readonly Statement[] = [
  allow(
    ['rds:RestoreDBInstanceFromDBSnapshot', 'rds:AddTagsToResource'],
    [arnOf('rds', 'db:lifeboat-*')],
    createsTagged('drill'),
  ),
  allow(
    ['rds:RestoreDBInstanceFromDBSnapshot'],
    ['og:*', 'pg:*', 'snapshot:*', 'subgrp:*'].map((resource) => arnOf('rds', resource)),
  ),
  allow(['rds:ModifyDBInstance'], [arnOf('rds', 'db:lifeboat-*')], carries('drill')),
  ...useKeysFor('rds'),
];
const drillSettings = arnOf('ssm', 'parameter/lifeboat/drill/*');

const grants: Readonly<Record<StepName, Grants>> = {
  open: {
    always: [
      lock,
      allow(['s3:PutObject'], ['recoveries/*/opened.json', 'recoveries/*/before.json'].map(objectArn)),
    ],
    drill: [see.network, ...seeLive],
  },
  servers: {
    always: [see.instances, see.images, see.agents],
    // Where a plan keeps the user data of a template, a drill must name it.
    drill: [...launch('drill'), see.templates],
    failover: [
      ...launch('failover'),
      see.targets,
      allow(
        ['ec2:ModifyInstanceAttribute', 'ec2:StartInstances'],
        [arnOf('ec2', 'instance/*')],
        carries('plan'),
      ),
      allow(
        ['elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:RegisterTargets'],
        [arnOf('elasticloadbalancing', 'targetgroup/*')],
        carries('plan'),
      ),
    ],
  },
  volumes: {
    always: [see.instances, see.volumes, see.snapshots],
    // A restore drill has no server whose zone its volumes would follow.
    drill: [...createVolumes('drill'), ...attachTo('drill'), see.zones],
    failover: [...createVolumes('failover'), ...attachTo('failover')],
  },
  mounts: {
    always: [
      see.volumes,
      see.agents,
      see.commands,
      see.commandOutput,
      allow(['ssm:SendCommand'], [documentArn('MountDocument')]),
    ],
    drill: [commandOn('drill')],
    failover: [commandOn('plan')],
  },
  gate: {
    failover: [see.databases, see.lag, ...telling],
  },
  fence: {
    failover: [
      see.instances,
      see.groups,
      // Groups are found by the plan's tag; EC2 Auto Scaling has no resource-level permission for its describes.
      allow(['autoscaling:DescribeAutoScalingGroups'], everywhere),
      allow(
        ['autoscaling:SuspendProcesses'],
        [primaryArnOf('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*')],
        carries('plan'),
      ),
      allow(['ec2:StopInstances'], [primaryArnOf('ec2', 'instance/*')], carries('plan')),
      allow(['rds:DescribeDBInstances'], [primaryArnOf('rds', 'db:*')]),
      allow(['rds:ModifyDBInstance'], [primaryArnOf('rds', 'db:*')], carries('plan')),
      // A fence that the plan requires waits for a person, who must hear of it.
      ...telling,
    ],
  },
  databases: {
    always: [see.databases],
    drill: [see.databaseSnapshots, see.lag, ...restoreCopies],
    // The primary is looked at again, by its probes, before a promotion that comes long after the gate.
    failover: [see.lag, allow(['rds:PromoteReadReplica'], [arnOf('rds', 'db:*')], carries('plan'))],
  },
  settings: {
    // What a drill writes is its own and no secret.
    drill: [allow(['ssm:AddTagsToResource', 'ssm:GetParameters', 'ssm:PutParameter'], [drillSettings])],
    failover: [
      // Which key a secret has: it is encrypted anew with the same one.
      allow(['ssm:DescribeParameters'], everywhere),
      allow(['kms:Encrypt', 'kms:GenerateDataKey'], [arnOf('kms', 'key/*')], through('ssm')),
      // What is there must carry the plan's tag, what is new must be given it. Their names would be a second list of all
      // settings in this role, and IAM bounds its length.
      allow(['ssm:PutParameter'], [arnOf('ssm', 'parameter/*')], carries('plan')),
      allow(
        ['ssm:AddTagsToResource', 'ssm:PutParameter'],
        [arnOf('ssm', 'parameter/*')],
        createsTagged('failover'),
      ),
    ],
  },
  reload: {
    // A plan names its own reload document; the tag on the document permits it.
    always: [
      see.commands,
      see.commandOutput,
      allow(['ssm:SendCommand'], [arnOf('ssm', 'document/*')], carries('plan')),
    ],
    drill: [commandOn('drill')],
    failover: [commandOn('plan')],
  },
  verify: {
    drill: [see.commands, commandOn('drill'), allow(['ssm:SendCommand'], [documentArn('ProbeDocument')])],
  },
  traffic: {
    failover: [
      // Metrics have no ARN: the namespace is the only limit that CloudWatch knows for putting them.
      allow(['cloudwatch:PutMetricData'], everywhere, {
        StringEquals: { 'cloudwatch:namespace': trafficNamespace },
      }),
    ],
  },
  settle: {},
  cleanup: {
    drill: [
      see.instances,
      see.volumes,
      see.databases,
      see.drillSettings,
      allow(['ec2:TerminateInstances'], [arnOf('ec2', 'instance/*')], carries('drill')),
      allow(['ec2:DeleteVolume'], [arnOf('ec2', 'volume/*')], carries('drill')),
      allow(['rds:DeleteDBInstance'], [arnOf('rds', 'db:lifeboat-*')], carries('drill')),
      allow(['ssm:DeleteParameters'], [drillSettings]),
    ],
  },
  sweep: { drill: [see.volumes, see.drillSettings, ...seeLive] },
  conclude: {
    always: [lock, allow(['s3:PutObject'], [objectArn('recoveries/*/evidence.json')]), ...telling],
    drill: [allow(['s3:PutObject'], [objectArn('plans/*/drills/*')])],
    // It looks for what it made and does not use; a drill's sweep has looked already.
    failover: [see.instances, see.volumes],
  },
};

/** Tags may be given only together with what they are given to. */
function tagOnCreation(action: string, kinds: readonly string[]): Statement {
  return allow(
    ['ec2:CreateTags'],
    kinds.map((kind) => arnOf('ec2', `${kind}/*`)),
    { StringEquals: { 'ec2:CreateAction': action } },
  );
}

/** The ARN of a document of this stack; `Ref` of a document is its name. */
export function documentArn(logicalId: string): CfnValue {
  return arnOf('ssm', `document/\${${logicalId}}`);
}

/** Running a document needs the permission for the document and for the server; a drill's servers are its own copies. */
export function commandOn(whose: Whose): Statement {
  return allow(['ssm:SendCommand'], [arnOf('ec2', 'instance/*')], carries(whose, 'ssm:resourceTag'));
}
