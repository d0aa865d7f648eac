import { deployTemplate, type FunctionCode, type Template } from '../../simulator/cloudformation/deploy.ts';
import type { Json } from '../../simulator/json.ts';
import { Simulator } from '../../simulator/simulator.ts';

/** Where the template is deployed. */
export const region = 'ap-northeast-1';
/** What lets services assume a role. */
export const trust = (service: string | readonly string[]): Json => ({
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

/** A function, a machine and what starts it, with a bucket, a topic, an alarm, a document and a schedule. */
export const template: Template = {
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

/** An empty account, and what a client of the SDK is made with for it. */
export function open() {
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

/** Functions that answer nothing. */
export const noCode: FunctionCode = () => async () => null;
/** Deploys into an account of its own. */
export const deploy = (changed: Template, code = noCode) =>
  deployTemplate(open().sim, region, changed, { stackName: 'test', code });
