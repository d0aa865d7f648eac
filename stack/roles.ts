import { type RecoveryKind, recoveryKinds } from '../recovery/terms.ts';
import { type StepFunction, stepFunctions } from './functions.ts';
import { permissionsOf } from './permissions.ts';
import { type AroundMachine, type Place, type ResponseFunction, responseFunctions } from './response.ts';
import { responsePermissionsOf } from './response-permissions.ts';
import { allow, type CfnValue, type Statement } from './statements.ts';

/** One role for each function and one for each machine of the recovery Region, as CloudFormation resources by logical id. */
export function roles(): Readonly<Record<string, object>> {
  return Object.fromEntries([
    ...stepFunctions().map((each) => [each.roleId, stepRole(each)]),
    ...recoveryKinds.map((kind) => [machineRoleId(kind), machineRole(kind)]),
    ...responseRoles('recovery'),
    ['ResponseMachineRole', responseMachineRole()],
    ['RemountMachineRole', remountMachineRole()],
  ]);
}

/** The roles of the functions of the stack that only looks and forwards. */
export function witnessRoles(): Readonly<Record<string, object>> {
  return Object.fromEntries(responseRoles('witness'));
}

function responseRoles(place: Place): readonly (readonly [string, object])[] {
  return responseFunctions(place).map((each) => [each.roleId, responseRole(each)]);
}

function machineRoleId(kind: RecoveryKind): string {
  return kind === 'drill' ? 'DrillMachineRole' : 'FailoverMachineRole';
}

function stepRole({ step, kind, logGroupId }: StepFunction): object {
  return role('lambda.amazonaws.com', `${kind}-${step}`, [
    writeLog(logGroupId),
    ...permissionsOf(step, kind),
  ]);
}

function responseRole({ name, logGroupId }: ResponseFunction): object {
  return role('lambda.amazonaws.com', name, [writeLog(logGroupId), ...responsePermissionsOf(name)]);
}

function writeLog(logGroupId: string): Statement {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [{ 'Fn::GetAtt': [logGroupId, 'Arn'] }]);
}

function machineRole(kind: RecoveryKind): object {
  return role('states.amazonaws.com', `${kind}-machine`, [
    invoke(stepFunctions([kind]).map(({ logicalId }) => logicalId)),
    deliverLogs,
  ]);
}

/** It starts failovers and nothing else: no drill, and no recovery that its own functions have not decided. */
function responseMachineRole(): object {
  return role('states.amazonaws.com', 'response-machine', [
    invoke(calledBy('LifeboatResponse')),
    allow(['states:StartExecution'], [{ Ref: 'LifeboatFailover' }]),
    deliverLogs,
  ]);
}

function remountMachineRole(): object {
  return role('states.amazonaws.com', 'remount-machine', [invoke(calledBy('LifeboatRemount')), deliverLogs]);
}

function calledBy(caller: AroundMachine): readonly string[] {
  return responseFunctions()
    .filter(({ machine }) => machine === caller)
    .map(({ logicalId }) => logicalId);
}

/** A function and its published versions. */
function invoke(logicalIds: readonly string[]): Statement {
  const functions = logicalIds.flatMap((logicalId): readonly CfnValue[] => [
    { 'Fn::GetAtt': [logicalId, 'Arn'] },
    { 'Fn::Sub': `\${${logicalId}.Arn}:*` },
  ]);
  return allow(['lambda:InvokeFunction'], functions);
}

/** Step Functions sets up the delivery of its own logs; these actions know no resource (Developer Guide, logging). */
const deliverLogs = allow(
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
);

/** A role that one service may take, with one policy. */
export function role(service: string, policyName: string, statements: readonly Statement[]): object {
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
