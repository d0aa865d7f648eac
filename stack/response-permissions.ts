import { recoveryNamespace } from '../recovery/janitor.ts';
import { practiceNamespace } from '../recovery/practice/schedules.ts';
import { probeNamespace } from '../recovery/signals/probes.ts';
import { trafficNamespace } from '../recovery/steps/traffic.ts';
import { remounting } from './remount-permissions.ts';
import type { ResponseFunctionName } from './response.ts';
import { allow, arnOf, carries, primaryArnOf, type Statement, telling } from './statements.ts';

/** What each function around a recovery may do. None of them can start, promote or switch anything but a recovery. */
export function responsePermissionsOf(name: ResponseFunctionName): readonly Statement[] {
  return grants[name];
}

const objectArn = (path: string) => ({ 'Fn::Sub': `\${Ledger.Arn}/${path}` });
const write = (...paths: readonly string[]) => allow(['s3:PutObject'], paths.map(objectArn));
const readLedger: readonly Statement[] = [
  // Without the permission to list, S3 answers 403 instead of 404 for a key that does not exist.
  allow(['s3:ListBucket'], [{ 'Fn::GetAtt': ['Ledger', 'Arn'] }]),
  allow(['s3:GetObject'], ['brake.json', 'plans/*', 'recoveries/*'].map(objectArn)),
];
/** Metrics have no ARN: the namespace is the only limit that CloudWatch knows for putting them. */
const measure = (namespace: string) =>
  allow(['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': namespace } });

/** A fence that was not confirmed is tried again: only on what the tag permits, in whichever Region is the primary. */
const fenceAgain: readonly Statement[] = [
  allow(
    ['autoscaling:DescribeAutoScalingGroups', 'ec2:DescribeInstances', 'ec2:DescribeSecurityGroups'],
    ['*'],
  ),
  allow(
    ['autoscaling:SuspendProcesses'],
    [primaryArnOf('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*')],
    carries('plan'),
  ),
  allow(['ec2:StopInstances'], [primaryArnOf('ec2', 'instance/*')], carries('plan')),
  // In the recovery Region, whether a promotion was taken of which nobody heard the answer.
  allow(['rds:DescribeDBInstances'], [primaryArnOf('rds', 'db:*'), arnOf('rds', 'db:*')]),
  allow(['rds:ModifyDBInstance'], [primaryArnOf('rds', 'db:*')], carries('plan')),
];

/**
 * What readiness looks at, and nothing that changes anything. What only lists in EC2, Elastic Load Balancing, Systems Manager
 * and Route 53 has no resource-level permission (Service Authorization Reference).
 */
const seeReadiness: readonly Statement[] = [
  allow(
    [
      'autoscaling:DescribeAutoScalingGroups',
      'ec2:DescribeImages',
      'ec2:DescribeInstances',
      'ec2:DescribeInstanceTypeOfferings',
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSnapshots',
      'ec2:DescribeSubnets',
      'ec2:DescribeTags',
      'ec2:DescribeVolumes',
      // Composite alarms are shown only to whoever may see all alarms (CloudWatch API Reference, DescribeAlarms).
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'elasticloadbalancing:DescribeTags',
      'elasticloadbalancing:DescribeTargetGroups',
      'route53:ListHostedZones',
      'ssm:DescribeInstanceInformation',
    ],
    ['*'],
  ),
  allow(
    ['iam:GetInstanceProfile'],
    [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:instance-profile/*' }],
  ),
  allow(['kms:DescribeKey'], [arnOf('kms', 'key/*')]),
  allow(['rds:DescribeDBInstances'], [primaryArnOf('rds', 'db:*')]),
  allow(['rds:DescribeDBSnapshots'], [arnOf('rds', 'snapshot:*'), arnOf('rds', 'db:*')]),
  allow(['route53:GetHealthCheck'], ['arn:aws:route53:::healthcheck/*']),
  // The vCPUs of the standard families, which nearly every launch counts against.
  allow(['servicequotas:GetServiceQuota'], [arnOf('servicequotas', 'ec2/L-1216C47A')]),
  allow(['sns:GetTopicAttributes'], [arnOf('sns', '*')]),
  allow(['ssm:DescribeDocument'], [arnOf('ssm', 'document/*')]),
  allow(['ssm:ListTagsForResource'], [arnOf('ssm', 'parameter/*')]),
];

const grants: Readonly<Record<ResponseFunctionName, readonly Statement[]>> = {
  receive: [...readLedger, write('plans/*/health.json')],
  assess: [
    ...readLedger,
    write(
      'plans/*/incident.json',
      'plans/*/targets.json',
      'plans/*/period.json',
      'plans/*/decisions/*',
      'recoveries/*/fence.json',
      'recoveries/*/intents/fence*',
    ),
    // Metric data knows no resource.
    allow(['cloudwatch:GetMetricData'], ['*']),
    // Composite alarms are shown only to whoever may see all alarms (CloudWatch API Reference, DescribeAlarms).
    allow(['cloudwatch:DescribeAlarms'], ['*']),
    // Elastic Load Balancing has no resource-level permission for what only describes.
    allow(['elasticloadbalancing:DescribeTargetGroups', 'elasticloadbalancing:DescribeTargetHealth'], ['*']),
    measure(trafficNamespace),
    ...telling,
    ...fenceAgain,
  ],
  // The metrics are kept in the Region that recovers, whatever Region the probe looks from.
  probe: [measure(probeNamespace)],
  janitor: [
    ...readLedger,
    write('plans/*/active.json', 'plans/*/interruption.json'),
    allow(
      ['states:DescribeExecution'],
      ['LifeboatDrill', 'LifeboatFailover'].map((id) => arnOf('states', `execution:\${${id}.Name}:*`)),
    ),
    allow(
      ['states:StartExecution'],
      [{ Ref: 'LifeboatDrill' }, { Ref: 'LifeboatFailover' }, { Ref: 'LifeboatRemount' }],
    ),
    // EC2 has no resource-level permission for what only describes.
    allow(['ec2:DescribeVolumes'], ['*']),
    measure(recoveryNamespace),
    ...telling,
  ],
  readiness: [...readLedger, write('plans/*/readiness.json'), ...seeReadiness, ...telling],
  // It starts drills and nothing else.
  practice: [
    ...readLedger,
    write('plans/*/practice.json'),
    allow(['states:StartExecution'], [{ Ref: 'LifeboatDrill' }]),
    measure(practiceNamespace),
    ...telling,
  ],
  remount: [...readLedger, write('plans/*/remount.json', 'plans/*/remounts/*'), ...remounting, ...telling],
};
