import { type RecoveryKind, recoveryKinds } from '../recovery/terms.ts';
import { type StepFunction, stepFunctions } from './functions.ts';
import { namedPermissionsOf, namedResponsePermissionsOf } from './named-permissions.ts';
import { permissionsOf } from './permissions.ts';
import { nothingNamed, type PlanNames } from './plan-names.ts';
import { type AroundMachine, type Place, type ResponseFunction, responseFunctions } from './response.ts';
import { responsePermissionsOf } from './response-permissions.ts';
import { allow, type CfnValue, type Statement } from './statements.ts';

/** The inline policy of a role that names what plans name; every other one is the same whatever the plans. */
export const namedPolicy = 'named-by-plans';

/** An inline policy of a role. */
export interface RolePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: { readonly Version: string; readonly Statement: readonly Statement[] };
}

/** A role, as a CloudFormation resource. */
export interface Role {
  readonly Type: 'AWS::IAM::Role';
  readonly Properties: {
    readonly AssumeRolePolicyDocument: object;
    readonly Policies: readonly RolePolicy[];
  };
}

/** One role for each function and one for each machine of the recovery Region, as CloudFormation resources by logical id. */
export function roles(names: PlanNames): Readonly<Record<string, Role>> {
  return Object.fromEntries([
    ...stepFunctions().map((each) => [each.roleId, stepRole(each, names)]),
    ...recoveryKinds.map((kind) => [machineRoleId(kind), machineRole(kind)]),
    ...responseRoles('recovery', names),
    ['ResponseMachineRole', responseMachineRole()],
    ['RemountMachineRole', remountMachineRole()],
  ]);
}

/** The roles of the functions of the stack that only looks and forwards. */
export function witnessRoles(): Readonly<Record<string, Role>> {
  return Object.fromEntries(responseRoles('witness', nothingNamed));
}

/** The logical ids of the roles of the recovery Region, which are the same whatever the plans. */
export function roleIds(): readonly string[] {
  return Object.keys(roles(nothingNamed));
}

function responseRoles(place: Place, names: PlanNames): readonly (readonly [string, Role])[] {
  return responseFunctions(place).map((each) => [each.roleId, responseRole(each, names)]);
}

function machineRoleId(kind: RecoveryKind): string {
  return kind === 'drill' ? 'DrillMachineRole' : 'FailoverMachineRole';
}

function stepRole({ step, kind, logGroupId }: StepFunction, names: PlanNames): Role {
  const own = [writeLog(logGroupId), ...permissionsOf(step, kind)];
  return role('lambda.amazonaws.com', `${kind}-${step}`, own, namedPermissionsOf(step, kind, names));
}

function responseRole({ name, logGroupId }: ResponseFunction, names: PlanNames): Role {
  const own = [writeLog(logGroupId), ...responsePermissionsOf(name)];
  return role('lambda.amazonaws.com', name, own, namedResponsePermissionsOf(name, names));
}

function writeLog(logGroupId: string): Statement {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [{ 'Fn::GetAtt': [logGroupId, 'Arn'] }]);
}

function machineRole(kind: RecoveryKind): Role {
  return role('states.amazonaws.com', `${kind}-machine`, [
    invoke(stepFunctions([kind]).map(({ logicalId }) => logicalId)),
    deliverLogs,
  ]);
}

/** It starts failovers and nothing else: no drill, and no recovery that its own functions have not decided. */
function responseMachineRole(): Role {
  return role('states.amazonaws.com', 'response-machine', [
    invoke(calledBy('LifeboatResponse')),
    allow(['states:StartExecution'], [{ Ref: 'LifeboatFailover' }]),
    deliverLogs,
  ]);
}

function remountMachineRole(): Role {
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

/** A role that one service may take, with one policy, and another one for what plans name, where they name anything. */
export function role(
  service: string,
  policyName: string,
  statements: readonly Statement[],
  named: readonly Statement[] = [],
): Role {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      },
      Policies: [policy(policyName, statements), ...(named.length > 0 ? [policy(namedPolicy, named)] : [])],
    },
  };
}

function policy(PolicyName: string, statements: readonly Statement[]): RolePolicy {
  return { PolicyName, PolicyDocument: { Version: '2012-10-17', Statement: statements } };
}
