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
import {
  deployTemplate,
  type FunctionCode,
  type Template,
  type TemplateFunction,
} from '../../simulator/cloudformation/deploy.ts';
import type { Json } from '../../simulator/json.ts';
import { Simulator } from '../../simulator/simulator.ts';

const region = 'ap-northeast-1';
const trust = (service: string | readonly string[]): Json => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});
const role = (service: string | readonly string[], policies: Json = []) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: trust(service), Policies: policies },
});

const policy = (name: string, action: string, resource: Json): Json => ({
  PolicyName: name,
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  },
});

const template: Template = {
  Resources: {
    // Before what it needs: the order in a template means nothing.
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'greet',
        RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
        Definition: {
          StartAt: 'Greet',
          States: {
            Greet: { Type: 'Task', Resource: '${GreetArn}', Parameters: { kind: '${Kind}' }, End: true },
          },
        },
        DefinitionSubstitutions: { GreetArn: { Ref: 'GreetVersion' }, Kind: 'drill' },
        LoggingConfiguration: {
          Level: 'ALL',
          IncludeExecutionData: true,
          Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['Group', 'Arn'] } } }],
        },
      },
    },
    GreetVersion: {
      Type: 'AWS::Lambda::Version',
      Properties: { FunctionName: { Ref: 'Greet' }, CodeSha256: 'x' },
    },
    Greet: {
      Type: 'AWS::Lambda::Function',
      DependsOn: ['Group'],
      Properties: {
        FunctionName: 'greet',
        Handler: 'dist/greet/index.handler',
        Runtime: 'nodejs24.x',
        Code: { S3Bucket: 'b', S3Key: 'k' },
        Role: { 'Fn::GetAtt': ['GreetRole', 'Arn'] },
        Timeout: '20',
        MemorySize: 256,
        Environment: { Variables: { LEDGER: { Ref: 'Ledger' } } },
      },
    },
    GreetRole: role('lambda.amazonaws.com', [
      policy('read', 's3:GetObject', { 'Fn::Sub': '${Ledger.Arn}/*' }),
    ]),
    MachineRole: role('states.amazonaws.com', [
      policy('call', 'lambda:InvokeFunction', `arn:aws:lambda:${region}:123456789012:function:greet:1`),
    ]),
    StarterRole: role(
      ['events.amazonaws.com', 'scheduler.amazonaws.com'],
      [policy('start', 'states:StartExecution', { Ref: 'Machine' })],
    ),
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'on-volume',
        EventPattern: { source: ['aws.ec2'], detail: { event: ['createVolume'] } },
        Targets: [
          {
            Id: 'greet',
            Arn: { Ref: 'Machine' },
            RoleArn: { 'Fn::GetAtt': ['StarterRole', 'Arn'] },
            Input: '{"from":"a rule"}',
          },
        ],
      },
    },
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/greet', RetentionInDays: 7 } },
    Ledger: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'ledger-of-tests',
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      },
    },
    LedgerPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Ledger' },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:DeleteBucket',
              Resource: { 'Fn::GetAtt': ['Ledger', 'Arn'] },
            },
          ],
        },
      },
    },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } },
    Alarm: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: 'slow',
        Namespace: 'Shop',
        MetricName: 'Latency',
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 5,
        ComparisonOperator: 'GreaterThanThreshold',
        AlarmActions: [{ Ref: 'Topic' }],
      },
    },
    Mount: {
      Type: 'AWS::SSM::Document',
      Properties: {
        Name: 'lifeboat-mount',
        Content: {
          schemaVersion: '2.2',
          mainSteps: [{ name: 'mount', action: 'aws:runShellScript', inputs: { runCommand: ['true'] } }],
        },
        DocumentType: 'Command',
      },
    },
    Monthly: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'monthly',
        ScheduleExpression: 'rate(30 days)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: { Ref: 'Machine' }, RoleArn: { 'Fn::GetAtt': ['StarterRole', 'Arn'] } },
      },
    },
  },
  Outputs: { LedgerName: { Value: { Ref: 'Ledger' } } },
};

function open() {
  const sim = new Simulator({ seed: 1, startMs: 0, accountId: '123456789012', regions: { [region]: ['a'] } });
  sim.addCaller({ accessKeyId: 'AKIATEST', arn: 'arn:aws:iam::123456789012:user/test', userId: 'AIDATEST' });
  const config = {
    region,
    maxAttempts: 1,
    requestHandler: sim.connect() as never,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
  };
  return { sim, config };
}

const noCode: FunctionCode = () => async () => null;
const deploy = (changed: Template, code = noCode) =>
  deployTemplate(open().sim, region, changed, { stackName: 'test', code });
/** The template with other properties of one resource. */
const withProperties = (id: string, properties: Record<string, Json>): Template => {
  const resource = template.Resources[id]!;
  return {
    ...template,
    Resources: {
      ...template.Resources,
      [id]: { ...resource, Properties: { ...resource.Properties, ...properties } },
    },
  };
};

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

const refused: readonly (readonly [what: string, template: Template, message: RegExp])[] = [
  [
    'a dangling reference',
    withProperties('Greet', { Role: { 'Fn::GetAtt': ['NoRole', 'Arn'] } }),
    /^Greet\/Properties\/Role\/Fn::GetAtt: there is no parameter or resource NoRole$/,
  ],
  [
    'a dependency on nothing',
    {
      ...template,
      Resources: { ...template.Resources, Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Nothing' } },
    },
    /^Topic\/DependsOn: there is no parameter or resource Nothing$/,
  ],
  [
    'a circle of resources',
    withProperties('GreetRole', {
      Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Resource: { Ref: 'GreetVersion' } }] } }],
    }),
    /the resource \w+ depends on itself/,
  ],
  [
    'a resource that names itself',
    withProperties('Group', { RetentionInDays: { Ref: 'Group' } }),
    /the resource Group depends on itself/,
  ],
  [
    'a substitution that is not given',
    withProperties('Machine', { DefinitionSubstitutions: { Kind: 'drill' } }),
    /^Machine\/Properties\/DefinitionSubstitutions: there is none for \$\{GreetArn\}$/,
  ],
  [
    'a role that Lambda cannot assume',
    withProperties('Greet', { Role: { 'Fn::GetAtt': ['MachineRole', 'Arn'] } }),
    /cannot be assumed by lambda\.amazonaws\.com/,
  ],
  [
    'a role that Step Functions cannot assume',
    withProperties('Machine', { RoleArn: { 'Fn::GetAtt': ['GreetRole', 'Arn'] } }),
    /cannot be assumed by states\.amazonaws\.com/,
  ],
  [
    'a rule whose role EventBridge cannot assume',
    withProperties('StarterRole', { AssumeRolePolicyDocument: trust('scheduler.amazonaws.com') }),
    /^Rule\/Properties\/Targets: the role .* cannot be assumed by events\.amazonaws\.com/,
  ],
  [
    'a schedule whose role Scheduler cannot assume',
    withProperties('StarterRole', { AssumeRolePolicyDocument: trust('events.amazonaws.com') }),
    /^Monthly\/Properties\/Target: the role .* cannot be assumed by scheduler\.amazonaws\.com/,
  ],
  [
    'a bucket name that S3 refuses',
    withProperties('Ledger', { BucketName: 'No_Bucket' }),
    /^Ledger: InvalidBucketName/,
  ],
  [
    'a definition that Step Functions refuses',
    withProperties('Machine', { Definition: { StartAt: 'Nowhere', States: {} } }),
    /^Machine: InvalidDefinition/,
  ],
  [
    'a time-out that is no number',
    withProperties('Greet', { Timeout: 'soon' }),
    /^Greet\/Properties\/Timeout: a number was expected$/,
  ],
];

for (const [what, changed, message] of refused) {
  test(`${what} is refused, and where it stands is said`, () => {
    assert.throws(() => deploy(changed), { name: 'TemplateError', message });
  });
}

const unknown: readonly (readonly [what: string, template: Template, message: RegExp])[] = [
  [
    'resource type',
    { Resources: { Table: { Type: 'AWS::DynamoDB::Table' } } },
    /the resource type AWS::DynamoDB::Table \(Table\)/,
  ],
  ['property', withProperties('Greet', { VpcConfig: {} }), /AWS::Lambda::Function with VpcConfig/],
  [
    'member of a resource',
    { Resources: { Topic: { Type: 'AWS::SNS::Topic', CreationPolicy: {} } as never } },
    /resource Topic with CreationPolicy/,
  ],
  ['section', { Resources: {}, Transform: 'AWS::Serverless-2016-10-31' } as never, /the section Transform/],
];

for (const [what, changed, message] of unknown) {
  test(`a ${what} that is not modelled stops the run by its name`, () => {
    assert.throws(() => deploy(changed), { name: 'NotSimulated', message });
  });
}
