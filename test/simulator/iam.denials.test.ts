import assert from 'node:assert/strict';
import test from 'node:test';
import { AutoScalingClient, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  DetachVolumeCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { actions } from '../../simulator/iam/actions/actions.ts';

import { everything, me, open, own } from './iam-account.ts';

const reason = (action: string) => `because no identity-based policy allows the ${action} action`;

test('each service refuses a role without permissions in its own words: who, what and on what', async () => {
  const { config, asRole, ask } = open();
  const s3 = new S3Client(config);
  const object = { Bucket: 'ledger', Key: 'a.json' };
  const topic = own('sns', 'news');
  const machine = own('states', 'stateMachine:m');
  const refusals: readonly (readonly [
    () => Promise<unknown>,
    code: string,
    action: string,
    resource?: string,
  ])[] = [
    [() => asRole.send(new DescribeInstancesCommand({})), 'UnauthorizedOperation', 'ec2:DescribeInstances'],
    [
      () => asRole.send(new TerminateInstancesCommand({ InstanceIds: ['i-1'] })),
      'UnauthorizedOperation',
      'ec2:TerminateInstances',
      own('ec2', 'instance/i-1'),
    ],
    [
      () => new RDSClient(config).send(new DescribeDBInstancesCommand({})),
      'AccessDenied',
      'rds:DescribeDBInstances',
      own('rds', 'db:*'),
    ],
    [
      () => s3.send(new PutObjectCommand({ ...object, Body: '' })),
      'AccessDenied',
      's3:PutObject',
      '"arn:aws:s3:::ledger/a.json"',
    ],
    [
      () => new SNSClient(config).send(new PublishCommand({ TopicArn: topic, Message: 'm' })),
      'AuthorizationErrorException',
      'sns:Publish',
      topic,
    ],
    [
      () => new SFNClient(config).send(new StartExecutionCommand({ stateMachineArn: machine })),
      'AccessDeniedException',
      'states:StartExecution',
      machine,
    ],
    [
      () => new SSMClient(config).send(new GetParametersCommand({ Names: ['/shop/a:3'] })),
      'AccessDeniedException',
      'ssm:GetParameters',
      own('ssm', 'parameter/shop/a'),
    ],
    [
      () =>
        new EventBridgeClient(config).send(
          new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 't' }] }),
        ),
      'AccessDeniedException',
      'events:PutEvents',
      own('events', 'event-bus/default'),
    ],
    [
      () => new Route53Client(config).send(new ListHostedZonesCommand({})),
      'AccessDenied',
      'route53:ListHostedZones',
    ],
    [
      () => new AutoScalingClient(config).send(new SuspendProcessesCommand({ AutoScalingGroupName: 'web' })),
      'AccessDenied',
      'autoscaling:SuspendProcesses',
      own('autoscaling', 'autoScalingGroup:unknown:autoScalingGroupName/web'),
    ],
  ];
  for (const [answer, code, action, resource] of refusals) {
    const on = resource === undefined ? '' : ` on resource: ${resource}`;
    const said = await ask(answer());
    assert.ok(said.startsWith(`${code}: `), said);
    assert.ok(
      said.endsWith(`User: ${me} is not authorized to perform: ${action}${on} ${reason(action)}`),
      said,
    );
  }
  assert.match(await ask(s3.send(new HeadObjectCommand(object))), /^(Forbidden|403|Unknown)/);
  assert.equal(await ask(new STSClient(config).send(new GetCallerIdentityCommand({}))), 'allowed');
});

test('whoever has no role of its own here is an administrator, and an unknown operation is not simulated for a role', async () => {
  const { client, drive, asRole } = open(everything);
  await drive(client.send(new DescribeInstancesCommand({})));
  assert.equal('DetachVolume' in actions.ec2, false);
  await assert.rejects(
    drive(asRole.send(new DetachVolumeCommand({ VolumeId: 'vol-1' }))),
    /the permissions for ec2:DetachVolume is not simulated/,
  );
});
