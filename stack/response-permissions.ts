import { probeNamespace } from '../recovery/signals/probes.ts';
import { trafficNamespace } from '../recovery/steps/traffic.ts';
import type { ResponseFunctionName } from './response.ts';
import { allow, arnOf, carries, primaryArnOf, type Statement } from './statements.ts';

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
/** People are told by the topic, machines by the bus. */
const tell: readonly Statement[] = [
  allow(['sns:Publish'], [{ Ref: 'Topic' }]),
  allow(['events:PutEvents'], [arnOf('events', 'event-bus/default')]),
];
/** Metrics have no ARN: the namespace is the only limit that CloudWatch knows for putting them. */
const measure = (namespace: string) =>
  allow(['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': namespace } });

/** A fence that was not confirmed is tried again: only on what the tag permits, in whichever Region is the primary. */
const fenceAgain: readonly Statement[] = [
  allow(['ec2:DescribeInstances', 'ec2:DescribeSecurityGroups'], ['*']),
  allow(['ec2:StopInstances'], [primaryArnOf('ec2', 'instance/*')], carries('plan')),
  allow(['rds:DescribeDBInstances'], [primaryArnOf('rds', 'db:*')]),
  allow(['rds:ModifyDBInstance'], [primaryArnOf('rds', 'db:*')], carries('plan')),
];

const grants: Readonly<Record<ResponseFunctionName, readonly Statement[]>> = {
  receive: [...readLedger, write('plans/*/health.json')],
  assess: [
    ...readLedger,
    write(
      'plans/*/incident.json',
      'plans/*/period.json',
      'plans/*/decisions/*',
      'recoveries/*/fence.json',
      'recoveries/*/intents/fence*',
    ),
    // Metric data knows no resource.
    allow(['cloudwatch:GetMetricData'], ['*']),
    allow(['cloudwatch:DescribeAlarms'], [primaryArnOf('cloudwatch', 'alarm:*')]),
    measure(trafficNamespace),
    ...tell,
    ...fenceAgain,
  ],
  // The metrics are kept in the Region that recovers, whatever Region the probe looks from.
  probe: [measure(probeNamespace)],
  janitor: [
    ...readLedger,
    write('plans/*/active.json'),
    allow(
      ['states:DescribeExecution'],
      ['LifeboatDrill', 'LifeboatFailover'].map((id) => arnOf('states', `execution:\${${id}.Name}:*`)),
    ),
    allow(['states:StartExecution'], [{ Ref: 'LifeboatDrill' }, { Ref: 'LifeboatFailover' }]),
    ...tell,
  ],
};
