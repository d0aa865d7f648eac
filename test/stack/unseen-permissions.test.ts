/** What AWS does in the name of a role where the simulator keeps nothing: logs and dead letters. Each permission is held by a table. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type RoleStatement, statementsFor, templates } from './roles.ts';

const granted = statementsFor([]);
const stacks = { 'lifeboat-live': templates.recovery, 'lifeboat-witness-live': templates.witness };

/** Such as `DrillOpenRole`, of what a property refers to. */
const idOf = (reference: unknown) =>
  (reference as { readonly 'Fn::GetAtt': readonly [string, string] })['Fn::GetAtt'][0];

interface Placed {
  readonly stack: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

function ofType(type: string): readonly Placed[] {
  return Object.entries(stacks).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties = {} }]) => ({ stack, id, properties: Properties })),
  );
}

/** What a role lacks of these actions on exactly this. */
function lacking(
  stack: string,
  roleId: string,
  actions: readonly string[],
  resource: unknown,
): readonly string[] {
  const role = `${stack}/${roleId}`;
  const isOf = ({ role: of, resources }: RoleStatement) =>
    of === role && resources.some((each) => JSON.stringify(each) === JSON.stringify(resource));
  const allowed = granted.filter(isOf).flatMap((statement) => statement.actions);
  return actions
    .filter((action) => !allowed.includes(action))
    .map((action) => `${role} lacks ${action} on ${JSON.stringify(resource)}`);
}

test('each function writes its own log (Lambda Developer Guide, AWSLambdaBasicExecutionRole)', () => {
  const functions = ofType('AWS::Lambda::Function');
  const groups = new Map(
    ofType('AWS::Logs::LogGroup').map(({ stack, id, properties }) => [
      `${stack}${properties['LogGroupName']}`,
      id,
    ]),
  );
  assert.ok(functions.length > 30);
  const missing = functions.flatMap(({ stack, id, properties }) => {
    const group = groups.get(`${stack}/aws/lambda/${properties['FunctionName']}`);
    assert.ok(group, `${stack}/${id} has no log group`);
    const actions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    return lacking(stack, idOf(properties['Role']), actions, { 'Fn::GetAtt': [group, 'Arn'] });
  });
  assert.deepEqual(missing, []);
});

test('each machine sets up its own log (Step Functions Developer Guide, IAM policies for logging to CloudWatch Logs)', () => {
  const machines = ofType('AWS::StepFunctions::StateMachine');
  assert.equal(machines.length, 4);
  const actions = [
    'CreateLogDelivery',
    'DeleteLogDelivery',
    'DescribeLogGroups',
    'DescribeResourcePolicies',
    'GetLogDelivery',
    'ListLogDeliveries',
    'PutResourcePolicy',
    'UpdateLogDelivery',
  ].map((name) => `logs:${name}`);
  assert.deepEqual(
    machines.flatMap(({ stack, properties }) => lacking(stack, idOf(properties['RoleArn']), actions, '*')),
    [],
  );
});

test('each schedule that has a dead-letter queue may send there (EventBridge Scheduler User Guide, dead-letter queues)', () => {
  interface Target {
    readonly RoleArn: unknown;
    readonly DeadLetterConfig?: { readonly Arn: unknown };
  }
  const targets = ofType('AWS::Scheduler::Schedule').map(({ stack, properties }) => ({
    stack,
    target: properties['Target'] as Target,
  }));
  const careful = targets.filter(({ target }) => target.DeadLetterConfig);
  assert.ok(careful.length > 0);
  assert.deepEqual(
    careful.flatMap(({ stack, target }) =>
      lacking(stack, idOf(target.RoleArn), ['sqs:SendMessage'], target.DeadLetterConfig?.Arn),
    ),
    [],
  );
});
