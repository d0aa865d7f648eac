import { tagKeys } from '../recovery/identity.ts';
import { trafficNamespace } from '../recovery/steps/traffic.ts';
import type { RecoveryKind, StepName } from '../recovery/terms.ts';
import {
  allow,
  arnOf,
  type CfnValue,
  type Conditions,
  carries,
  createsTagged,
  primaryArnOf,
  type Statement,
  unownedArn,
} from './statements.ts';

/**
 * What each step may do, by kind. A drill's functions have no permission to start, promote, fence or register, to write a
 * live setting or a live record, or to run a command on a live server: whatever they are told, they cannot.
 */
export function permissionsOf(step: StepName, kind: RecoveryKind): readonly Statement[] {
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
// Databases, settings and hosted zones are named by plans, which come and go without a change to the roles.
const see = {
  instances: allow(['ec2:DescribeInstances'], everywhere),
  images: allow(['ec2:DescribeImages', 'ec2:DescribeLaunchTemplateVersions'], everywhere),
  groups: allow(['ec2:DescribeSecurityGroups'], everywhere),
  network: allow(['ec2:DescribeRouteTables', 'ec2:DescribeSubnets'], everywhere),
  volumes: allow(['ec2:DescribeVolumes'], everywhere),
  snapshots: allow(['ec2:DescribeSnapshots'], everywhere),
  agents: allow(['ssm:DescribeInstanceInformation'], everywhere),
  commands: allow(['ssm:GetCommandInvocation', 'ssm:ListCommandInvocations'], everywhere),
  targets: allow(
    ['elasticloadbalancing:DescribeTargetGroups', 'elasticloadbalancing:DescribeTargetHealth'],
    everywhere,
  ),
  databases: allow(['rds:DescribeDBInstances'], [arnOf('rds', 'db:*')]),
  databaseSnapshots: allow(['rds:DescribeDBSnapshots'], [arnOf('rds', 'snapshot:*'), arnOf('rds', 'db:*')]),
  lag: allow(['cloudwatch:GetMetricData'], everywhere),
  settings: allow(['ssm:GetParameters'], [arnOf('ssm', 'parameter/*')]),
  drillSettings: allow(['ssm:GetParametersByPath'], [arnOf('ssm', 'parameter/lifeboat/drill/*')]),
  secretSettings: allow(['kms:Decrypt'], [arnOf('kms', 'key/*')], through('ssm')),
  records: allow(['route53:ListResourceRecordSets'], ['arn:aws:route53:::hostedzone/*']),
} as const;
/** The live workload, as a drill compares it before and after. */
const seeLive = [see.instances, see.databases, see.settings, see.secretSettings, see.targets, see.records];

/** Only through the service that uses the key. */
function through(service: 'ec2' | 'rds' | 'ssm'): Conditions {
  return { StringEquals: { 'kms:ViaService': { 'Fn::Sub': `${service}.\${AWS::Region}.amazonaws.com` } } };
}

/** Encrypted volumes and databases: the key is used, and lent only to the service's own resources. */
const useKeysFor = (service: 'ec2' | 'rds'): readonly Statement[] => [
  allow(
    [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    [arnOf('kms', 'key/*')],
    through(service),
  ),
  allow(['kms:CreateGrant'], [arnOf('kms', 'key/*')], {
    ...through(service),
    Bool: { 'kms:GrantIsForAWSResource': 'true' },
  }),
];

/** Launching copies: what is created must be tagged; the rest of a launch is only used. */
const launch: readonly Statement[] = [
  allow(['ec2:RunInstances'], [arnOf('ec2', 'instance/*'), arnOf('ec2', 'volume/*')], createsTagged),
  allow(
    ['ec2:RunInstances'],
    [
      arnOf('ec2', 'key-pair/*'),
      arnOf('ec2', 'launch-template/*'),
      arnOf('ec2', 'network-interface/*'),
      arnOf('ec2', 'security-group/*'),
      arnOf('ec2', 'subnet/*'),
      unownedArn('ec2', 'image/*'),
      unownedArn('ec2', 'snapshot/*'),
    ],
  ),
  tagOnCreation('RunInstances'),
  // The role of an instance profile is named by a plan or by the instance that is copied; only EC2 may be given it.
  allow(['iam:PassRole'], [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*' }], {
    StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' },
  }),
  ...useKeysFor('ec2'),
];
const createVolumes: readonly Statement[] = [
  allow(['ec2:CreateVolume'], [arnOf('ec2', 'volume/*')], createsTagged),
  allow(['ec2:CreateVolume'], [unownedArn('ec2', 'snapshot/*')]),
  tagOnCreation('CreateVolume'),
  ...useKeysFor('ec2'),
];
/** Volumes are always the recovery's own; in a failover they may go to a server that stood ready. */
const attachTo = (instances: 'plan' | 'recovery') => [
  allow(['ec2:AttachVolume'], [arnOf('ec2', 'volume/*')], carries('recovery')),
  allow(['ec2:AttachVolume'], [arnOf('ec2', 'instance/*')], carries(instances)),
];
const restoreCopies: readonly Statement[] = [
  allow(
    ['rds:RestoreDBInstanceFromDBSnapshot', 'rds:AddTagsToResource'],
    [arnOf('rds', 'db:lifeboat-*')],
    createsTagged,
  ),
  allow(
    ['rds:RestoreDBInstanceFromDBSnapshot'],
    ['og:*', 'pg:*', 'snapshot:*', 'subgrp:*'].map((resource) => arnOf('rds', resource)),
  ),
  allow(['rds:ModifyDBInstance'], [arnOf('rds', 'db:lifeboat-*')], carries('recovery')),
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
    always: [see.instances, see.images, see.agents, ...launch],
    failover: [
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
    always: [see.instances, see.volumes, see.snapshots, ...createVolumes],
    drill: attachTo('recovery'),
    failover: attachTo('plan'),
  },
  mounts: {
    always: [
      see.volumes,
      see.agents,
      see.commands,
      allow(['ssm:SendCommand'], [documentArn('MountDocument')]),
    ],
    drill: [commandOn('recovery')],
    failover: [commandOn('plan')],
  },
  gate: {
    failover: [see.databases, see.lag, allow(['sns:Publish'], [{ Ref: 'Topic' }])],
  },
  fence: {
    failover: [
      see.instances,
      see.groups,
      allow(['ec2:StopInstances'], [primaryArnOf('ec2', 'instance/*')], carries('plan')),
      allow(['rds:DescribeDBInstances'], [primaryArnOf('rds', 'db:*')]),
      allow(['rds:ModifyDBInstance'], [primaryArnOf('rds', 'db:*')], carries('plan')),
    ],
  },
  databases: {
    always: [see.databases],
    drill: [see.databaseSnapshots, see.lag, ...restoreCopies],
    failover: [allow(['rds:PromoteReadReplica'], [arnOf('rds', 'db:*')], carries('plan'))],
  },
  settings: {
    always: [
      see.settings,
      see.secretSettings,
      allow(['kms:Encrypt', 'kms:GenerateDataKey'], [arnOf('kms', 'key/*')], through('ssm')),
    ],
    drill: [allow(['ssm:AddTagsToResource', 'ssm:PutParameter'], [drillSettings])],
    failover: [
      allow(['ssm:PutParameter'], [arnOf('ssm', 'parameter/*')], carries('plan')),
      allow(['ssm:AddTagsToResource', 'ssm:PutParameter'], [arnOf('ssm', 'parameter/*')], createsTagged),
    ],
  },
  reload: {
    // A plan names its own reload document; the tag on the document permits it.
    always: [see.commands, allow(['ssm:SendCommand'], [arnOf('ssm', 'document/*')], carries('plan'))],
    drill: [commandOn('recovery')],
    failover: [commandOn('plan')],
  },
  verify: {
    drill: [see.commands, commandOn('recovery'), allow(['ssm:SendCommand'], [documentArn('ProbeDocument')])],
  },
  traffic: {
    failover: [
      see.records,
      allow(['route53:ChangeResourceRecordSets'], ['arn:aws:route53:::hostedzone/*']),
      allow(['route53:GetChange'], ['arn:aws:route53:::change/*']),
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
      allow(['ec2:TerminateInstances'], [arnOf('ec2', 'instance/*')], carries('recovery')),
      allow(['ec2:DeleteVolume'], [arnOf('ec2', 'volume/*')], carries('recovery')),
      allow(['rds:DeleteDBInstance'], [arnOf('rds', 'db:lifeboat-*')], carries('recovery')),
      allow(['ssm:DeleteParameters'], [drillSettings]),
    ],
  },
  sweep: { drill: [see.volumes, see.drillSettings, ...seeLive] },
  conclude: {
    always: [
      lock,
      allow(['s3:PutObject'], [objectArn('recoveries/*/evidence.json')]),
      allow(['sns:Publish'], [{ Ref: 'Topic' }]),
    ],
  },
};

/** Tags may be given only together with what they are given to. */
function tagOnCreation(action: string): Statement {
  return allow(['ec2:CreateTags'], [arnOf('ec2', '*/*')], { StringEquals: { 'ec2:CreateAction': action } });
}

/** The ARN of a document of this stack; `Ref` of a document is its name. */
function documentArn(logicalId: string): CfnValue {
  return arnOf('ssm', `document/\${${logicalId}}`);
}

/** Running a document needs the permission for the document and for the server; a drill's servers are its own copies. */
function commandOn(tag: 'plan' | 'recovery'): Statement {
  return allow(['ssm:SendCommand'], [arnOf('ec2', 'instance/*')], {
    Null: { [`ssm:resourceTag/${tagKeys[tag]}`]: 'false' },
  });
}
