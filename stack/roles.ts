import { type RecoveryKind, recoveryKinds } from '../recovery/terms.ts';
import { type StepFunction, stepFunctions } from './functions.ts';
import { permissionsOf } from './permissions.ts';
import { allow, type CfnValue, type Statement } from './statements.ts';

/** One role for each function and one for each machine, as CloudFormation resources by logical id. */
export function roles(): Readonly<Record<string, object>> {
  return Object.fromEntries([
    ...stepFunctions().map((each) => [each.roleId, functionRole(each)]),
    ...recoveryKinds.map((kind) => [machineRoleId(kind), machineRole(kind)]),
  ]);
}

function machineRoleId(kind: RecoveryKind): string {
  return kind === 'drill' ? 'DrillMachineRole' : 'FailoverMachineRole';
}

function functionRole({ step, kind, logGroupId }: StepFunction): object {
  const logGroup = { 'Fn::GetAtt': [logGroupId, 'Arn'] };
  const log = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup]);
  return role('lambda.amazonaws.com', `${kind}-${step}`, [log, ...permissionsOf(step, kind)]);
}

function machineRole(kind: RecoveryKind): object {
  const functions = stepFunctions([kind]).flatMap(({ logicalId }): readonly CfnValue[] => [
    { 'Fn::GetAtt': [logicalId, 'Arn'] },
    { 'Fn::Sub': `\${${logicalId}.Arn}:*` },
  ]);
  return role('states.amazonaws.com', `${kind}-machine`, [
    allow(['lambda:InvokeFunction'], functions),
    // Step Functions sets up the delivery of its own logs; these actions know no resource (Developer Guide, logging).
    allow(
      [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
      ],
      ['*'],
    ),
  ]);
}

function role(service: string, policyName: string, statements: readonly Statement[]): object {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        { PolicyName: policyName, PolicyDocument: { Version: '2012-10-17', Statement: statements } },
      ],
    },
  };
}
