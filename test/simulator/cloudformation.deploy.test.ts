import assert from 'node:assert/strict';
import test from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetDocumentCommand, SSMClient } from '@aws-sdk/client-ssm';
import { deployTemplate, type TemplateFunction } from '../../simulator/cloudformation/deploy.ts';
import { deploy, noCode, open, region, template } from './cloudformation-stack.ts';

test('a deployed machine calls the published version of a deployed function', async () => {
  const { sim, config } = open();
  const asked: TemplateFunction[] = [];
  deployTemplate(sim, region, template, {
    stackName: 'test',
    code: (found) => {
      asked.push(found);
      return async (event, { environment, functionArn }) => ({ event, environment, functionArn });
    },
  });
  assert.deepEqual(asked, [{ logicalId: 'Greet', name: 'greet', handler: 'dist/greet/index.handler' }]);
  const states = new SFNClient(config);
  const stateMachineArn = `arn:aws:states:${region}:123456789012:stateMachine:greet`;
  const { executionArn } = await sim.clock.drive(
    states.send(new StartExecutionCommand({ stateMachineArn, name: 'one' })),
  );
  await sim.clock.driveUntil(60_000);
  const { status, output } = await sim.clock.drive(
    states.send(new DescribeExecutionCommand({ executionArn })),
  );
  assert.equal(status, 'SUCCEEDED');
  assert.deepEqual(JSON.parse(output ?? ''), {
    event: { kind: 'drill' },
    environment: { LEDGER: 'ledger-of-tests' },
    functionArn: `arn:aws:lambda:${region}:123456789012:function:greet:1`,
  });
  const machine = await sim.clock.drive(states.send(new DescribeStateMachineCommand({ stateMachineArn })));
  assert.equal(machine.loggingConfiguration?.level, 'ALL');
});

test('buckets, topics, documents and alarms answer the SDK as they were described', async () => {
  const { sim, config } = open();
  deployTemplate(sim, region, template, { stackName: 'test', code: noCode });
  const s3 = new S3Client(config);
  const Bucket = 'ledger-of-tests';
  assert.equal(
    (await sim.clock.drive(s3.send(new GetBucketVersioningCommand({ Bucket })))).Status,
    'Enabled',
  );
  const block = await sim.clock.drive(s3.send(new GetPublicAccessBlockCommand({ Bucket })));
  assert.equal(block.PublicAccessBlockConfiguration?.BlockPublicPolicy, true);
  const policy = await sim.clock.drive(s3.send(new GetBucketPolicyCommand({ Bucket })));
  assert.equal(JSON.parse(policy.Policy ?? '').Statement[0].Resource, 'arn:aws:s3:::ledger-of-tests');
  const { Topics } = await sim.clock.drive(new SNSClient(config).send(new ListTopicsCommand({})));
  assert.deepEqual(Topics, [{ TopicArn: `arn:aws:sns:${region}:123456789012:news` }]);
  const document = await sim.clock.drive(
    new SSMClient(config).send(new GetDocumentCommand({ Name: 'lifeboat-mount' })),
  );
  assert.equal(JSON.parse(document.Content ?? '').mainSteps[0].name, 'mount');
  const { MetricAlarms } = await sim.clock.drive(
    new CloudWatchClient(config).send(new DescribeAlarmsCommand({})),
  );
  assert.deepEqual(
    MetricAlarms?.map(({ AlarmName, Threshold, AlarmActions }) => ({ AlarmName, Threshold, AlarmActions })),
    [{ AlarmName: 'slow', Threshold: 5, AlarmActions: [`arn:aws:sns:${region}:123456789012:news`] }],
  );
});

test('a deployed rule starts a deployed machine for what it matches, and for nothing else', async () => {
  const { sim } = open();
  deployTemplate(sim, region, template, { stackName: 'test', code: noCode });
  for (const event of ['createVolume', 'deleteVolume']) {
    sim.emit(region, { source: 'aws.ec2', detailType: 'EBS Volume Notification', detail: { event } });
  }
  await sim.clock.driveUntil(120_000);
  assert.deepEqual(
    sim.region(region).states.executions.map(({ input, status }) => ({ input, status })),
    [{ input: '{"from":"a rule"}', status: 'SUCCEEDED' }],
  );
});

test('roles, log groups, schedules and outputs can be read from the deployment', () => {
  const deployment = deploy(template);
  const greetRole = deployment.roles.get(deployment.arn('GreetRole'));
  assert.match(greetRole?.name ?? '', /^test-GreetRole-[0-9a-f]{12}$/);
  assert.deepEqual(greetRole?.policies, [
    {
      name: 'read',
      document: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::ledger-of-tests/*' }],
      },
    },
  ]);
  assert.deepEqual([...deployment.logGroups], ['/greet']);
  assert.equal(deployment.schedules.get('monthly')?.target['Arn'], deployment.ref('Machine'));
  assert.deepEqual(deployment.outputs, { LedgerName: 'ledger-of-tests' });
  assert.throws(() => deployment.arn('Nothing'), { name: 'TemplateError', path: 'Nothing' });
});
